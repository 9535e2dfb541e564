import type { CliContext } from './context.ts';
import type { CliExit } from './exit-codes.ts';
import type { Arguments, Flag } from './input/arguments.ts';

/** The plugin as a user types it. */
export const PROGRAM = 'kubectl openconnectors';

/** One command of the plugin. */
export interface Command {
  readonly name: string;
  /** In the usage line: `NAME`, `[NAME]`. */
  readonly operands: string;
  readonly operandCount: { readonly min: number; readonly max: number };
  /** One sentence, for the list of commands. */
  readonly summary: string;
  /** Paragraphs of the help. */
  readonly description: readonly string[];
  /** Without the common flags. */
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** Throws `CliError`, and other errors that `describeFailure` takes. */
  run(args: Arguments, operands: readonly string[], context: CliContext): Promise<CliExit>;
}
