import { parseArgs } from 'node:util';
import { CliError } from '../errors.ts';

/** One flag of the command line. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value in the help; absent: it has none. */
  readonly value?: string;
  readonly doc: string;
}

/** A command line, taken apart. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** Names of all flags that were given. */
  readonly given: ReadonlySet<string>;
  /** The value of a flag; of a repeated one the last. */
  text(name: string): string | undefined;
}

/** Takes `argv` (without program and script) apart. Throws `CliError`, which repeats no value: it may be a secret. */
export function readArguments(argv: readonly string[], flags: readonly Flag[]): Arguments {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const options = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(short !== undefined && { short }),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const positionals: string[] = [];
  const values: [string, string | undefined][] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      requireKnown(token.rawName, byName.get(token.name), token.value);
      values.push([token.name, token.value]);
    }
  }
  return {
    positionals,
    given: new Set(values.map(([name]) => name)),
    text: (wanted) => values.findLast(([name]) => name === wanted)?.[1],
  };
}

function requireKnown(rawName: string, flag: Flag | undefined, value: string | undefined): void {
  if (flag === undefined) {
    throw new CliError('usage', `${rawName}: is no known flag; see --help.`);
  }
  if (flag.value !== undefined && (value === undefined || value === '')) {
    throw new CliError('usage', `${rawName}: needs a value, ${rawName} ${flag.value}.`);
  }
  if (flag.value === undefined && value !== undefined) {
    throw new CliError('usage', `${rawName}: takes no value.`);
  }
}
