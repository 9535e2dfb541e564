import type { CliContext } from './context.ts';
import type { CliExit } from './exit-codes.ts';
import type { Arguments, Flag } from './input/arguments.ts';

/** One command of the plugin. */
export interface Command {
  readonly name: string;
  /** What follows the name: `NAME`, `[NAME]`. */
  readonly operands: string;
  /** How many operands there may be. */
  readonly operandCount: { readonly min: number; readonly max: number };
  /** One line. */
  readonly summary: string;
  /** Paragraphs of the help. */
  readonly description: readonly string[];
  /** Besides those that every command has. */
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** Throws `CliError`, and errors at the edges that `problemOf` knows. */
  run(args: Arguments, operands: readonly string[], context: CliContext): Promise<CliExit>;
}
