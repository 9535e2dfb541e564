import { parseArgs } from 'node:util';
import { flagOf, type Setting } from './settings.ts';
import { boolean } from './value-types.ts';

/** The parsed command line: the text of each flag, and one line for each problem. */
export interface Arguments {
  /** By environment variable name. The last of a repeated flag counts. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** Reads `argv` (without program and script): `--flag value`, `--flag=value`, and a bare `--flag` for true. */
export function readArguments(argv: readonly string[], settings: readonly Setting[]): Arguments {
  const byFlag = new Map(settings.map((setting) => [flagOf(setting.env), setting]));
  const options = Object.fromEntries(
    settings.map(({ env }) => [flagOf(env).slice(2), { type: 'string' }] as const),
  );
  const args = argv.map((arg) => (byFlag.get(arg)?.type === boolean ? `${arg}=true` : arg));
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });

  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option') {
      // The text of an argument may be a secret without its flag, so that only its position is reported.
      problems.push(`argument ${token.index + 1}: is not a flag; expected --flag=value`);
      continue;
    }
    const setting = byFlag.get(token.rawName);
    if (setting === undefined) {
      problems.push(`${token.rawName}: is an unknown flag; see --help`);
    } else if (token.value === undefined) {
      problems.push(`${token.rawName}: has no value; expected ${setting.type.expected}`);
    } else {
      values.set(setting.env, token.value);
    }
  }
  return { values, problems };
}
