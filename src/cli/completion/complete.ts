import { CONDITION_TYPES } from '../../api/condition.ts';
import { REASON_NAMES } from '../../api/reasons.ts';
import type { Command } from '../command.ts';
import type { Flag } from '../input/arguments.ts';
import { COMMON_FLAGS } from '../input/flags.ts';

/** One word that fits; the shell shows the description where it can. */
export interface Completion {
  readonly word: string;
  readonly description?: string;
}

/** The words that fit at the end of a command line, or `files` where the shell completes a path. */
export type Completions = readonly Completion[] | 'files';

/** Names of resources in the cluster, for the words before the completed one. Throws what the cluster reports. */
export interface ResourceNames {
  connectors(words: readonly string[]): Promise<readonly string[]>;
  accounts(words: readonly string[]): Promise<readonly string[]>;
}

/** Placeholders of flags whose value is a path. */
const PATHS = new Set(['FILE', 'DIR']);

/** Completes the last of `words`, which follow the name of the plugin. */
export async function complete(
  words: readonly string[],
  commands: readonly Command[],
  names: ResourceNames,
): Promise<Completions> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const command = commands.find(({ name }) => name === operandsOf(before, commands)[0]);
  const flags = [...(command?.flags ?? []), ...COMMON_FLAGS];
  const valued = flags.find((flag) => flag.value !== undefined && isFlag(before.at(-1) ?? '', flag));
  if (valued !== undefined) {
    return PATHS.has(valued.value ?? '') ? 'files' : [];
  }
  const candidates = current.startsWith('-')
    ? flags.map(({ name, description }) => ({ word: `--${name}`, description }))
    : await operandCandidates(command, before, commands, names);
  return candidates.filter(({ word }) => word.startsWith(current));
}

async function operandCandidates(
  command: Command | undefined,
  before: readonly string[],
  commands: readonly Command[],
  names: ResourceNames,
): Promise<readonly Completion[]> {
  const operands = operandsOf(before, commands);
  if (command === undefined) {
    return operands.length > 0
      ? []
      : commands.map(({ name, summary }) => ({ word: name, description: summary }));
  }
  if (operands.length > command.operandCount.max) {
    return [];
  }
  const used = operands.slice(1);
  const resources = command.operands.includes('NAME')
    ? await names.connectors(before)
    : command.operands.includes('ACCOUNT')
      ? await names.accounts(before)
      : [];
  const reasons = command.operands.includes('REASON') ? [...REASON_NAMES, ...CONDITION_TYPES] : [];
  return [...resources, ...reasons].filter((word) => !used.includes(word)).map((word) => ({ word }));
}

/** The command and its operands: neither flags nor their values. */
function operandsOf(words: readonly string[], commands: readonly Command[]): readonly string[] {
  const flags = [...COMMON_FLAGS, ...commands.flatMap((command) => command.flags)];
  const takesNext = (word: string | undefined): boolean =>
    flags.some((flag) => flag.value !== undefined && isFlag(word ?? '', flag));
  return words.filter((word, index) => !word.startsWith('-') && !takesNext(words[index - 1]));
}

function isFlag(word: string, { name, short }: Flag): boolean {
  return word === `--${name}` || (short !== undefined && word === `-${short}`);
}
