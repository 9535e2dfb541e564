import { type Command, PROGRAM } from '../command.ts';
import type { Arguments } from './arguments.ts';
import { COMMON_FLAGS } from './flags.ts';
import { shellWord } from './shell-word.ts';

/** How the next command line differs from the given one. */
export interface NextCommandOptions {
  readonly platform: NodeJS.Platform;
  /** Where the given one ran; absent: in all namespaces. */
  readonly namespace: string | undefined;
  /** Names of given flags that it does not repeat. */
  readonly without: readonly string[];
  /** Flags that it adds. */
  readonly flags: readonly string[];
}

/** The command line that a user runs next, in the shell of the platform: the given one, with the same selection. */
export function nextCommand(
  { name, flags: own }: Pick<Command, 'name' | 'flags'>,
  args: Arguments,
  operands: readonly string[],
  { platform, namespace, without, flags }: NextCommandOptions,
): string {
  const known = [...COMMON_FLAGS, ...own];
  const repeated = [...args.given]
    .filter((flag) => flag !== 'namespace' && !without.includes(flag))
    .flatMap((flag) => {
      const short = known.find((one) => one.name === flag)?.short;
      const value = args.text(flag);
      return [short === undefined ? `--${flag}` : `-${short}`, ...(value === undefined ? [] : [value])];
    });
  const scope = namespace === undefined ? [] : ['-n', namespace];
  const words = [...operands, ...scope, ...repeated, ...flags].map((word) => shellWord(word, platform));
  return [PROGRAM, name, ...words].join(' ');
}
