import type { z } from 'zod';
import { readArguments } from './arguments.ts';
import { flagOf, type Setting, type SettingName, settingList, type settings } from './settings.ts';

type ValueOf<S extends Setting> = S extends { readonly default: string }
  ? z.output<S['type']['schema']>
  : z.output<S['type']['schema']> | undefined;

/** The value of each setting as it was given, or its default; `undefined` where there is neither. */
export type ParsedSettings = { readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]> };

/** `values` lacks the settings that are `wrong`; `problems` has one line for each of them and for each wrong argument. */
export interface ParseResult {
  readonly values: Partial<ParsedSettings>;
  readonly wrong: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/** Reads every setting: its flag, else its environment variable (empty counts as not set), else its default. */
export function parseSettings(
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): ParseResult {
  const list = settingList();
  const flags = readArguments(argv, list);
  const problems = [...flags.problems];
  const wrong = new Set<string>();
  const values: Record<string, unknown> = {};
  for (const setting of list) {
    const variables = fromEnvironment(setting, env);
    const text = flags.values.get(setting.env) ?? variables[0] ?? setting.default;
    const result = text === undefined ? undefined : setting.type.schema.safeParse(text);
    const messages = result?.error?.issues.map((issue) => issue.message) ?? [];
    if (variables.length > 1) {
      messages.push(`differs from ${setting.aliases?.join(', ')}`);
    }
    if (messages.length > 0) {
      wrong.add(setting.name);
      problems.push(problemLine(setting, messages.join(', '), setting.type.expected));
    } else {
      values[setting.name] = result?.data;
    }
  }
  return { values, wrong, problems };
}

/** `NAME (--flag): problem; expected ...`. */
export function problemLine(setting: Setting, wrong: string, expected: string): string {
  return `${setting.env} (${flagOf(setting.env)}): ${wrong}; expected ${expected}`;
}

/** The different values of the variable and its aliases. */
function fromEnvironment(setting: Setting, env: Readonly<Record<string, string | undefined>>): string[] {
  const texts = [setting.env, ...(setting.aliases ?? [])].map((name) => env[name] ?? '');
  return [...new Set(texts)].filter((text) => text !== '');
}
