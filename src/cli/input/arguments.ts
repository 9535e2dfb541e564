import { parseArgs } from 'node:util';
import { CliError } from '../errors.ts';

/** One flag of the command line. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the value in help; absent for a flag without a value. */
  readonly value?: string;
  /** A noun phrase in lower case. */
  readonly description: string;
}

/** A parsed command line. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** Names of the flags on the command line. */
  readonly given: ReadonlySet<string>;
  /** The value of a flag, the last one where it is repeated. */
  text(name: string): string | undefined;
}

/**
 * Parses `argv` (without program and script). `help` names where the flags are explained. Throws `CliError`, without
 * values: they may be secrets.
 */
export function readArguments(
  argv: readonly string[],
  flags: readonly Flag[],
  help = 'unknown flag. See --help.',
): Arguments {
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
      requireKnown(token.rawName, byName.get(token.name), token.value, help);
      values.push([token.name, token.value]);
    }
  }
  return {
    positionals,
    given: new Set(values.map(([name]) => name)),
    text: (wanted) => values.findLast(([name]) => name === wanted)?.[1],
  };
}

function requireKnown(
  rawName: string,
  flag: Flag | undefined,
  value: string | undefined,
  help: string,
): void {
  if (flag === undefined) {
    throw new CliError('usage', `${rawName}: ${help}`);
  }
  if (flag.value !== undefined && (value === undefined || value === '')) {
    throw new CliError('usage', `${rawName}: requires a value, as in ${rawName} ${flag.value}.`);
  }
  if (flag.value === undefined && value !== undefined) {
    throw new CliError('usage', `${rawName}: does not take a value.`);
  }
}
