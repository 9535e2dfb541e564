import { withCluster } from '../cluster/cluster.ts';
import type { ReadResources } from '../cluster/resources.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { describeFailure } from '../errors.ts';
import { readArguments } from '../input/arguments.ts';
import { COMMON_FLAGS } from '../input/flags.ts';
import { printLines } from '../render/output.ts';
import { type Completions, complete, type ResourceNames } from './complete.ts';

/** The first argument with which kubectl's completion calls the plugin. */
export const COMPLETE = '__complete';

/** What the shell does with the words, as bits of the last line (ShellCompDirective of cobra, which kubectl uses). */
const DIRECTIVE = { default: 0, error: 1, noFiles: 4 } as const;

/**
 * Prints the words that complete a command line in the protocol of kubectl: one on each line, with a tab before the
 * description, and a last line with a colon and the directive.
 */
export async function printCompletions(
  words: readonly string[],
  commands: readonly Command[],
  context: CliContext,
): Promise<void> {
  const { directive, completions } = await completionsOf(words, commands, context);
  for (const { word, description } of completions === 'files' ? [] : completions) {
    context.output.printFields(word, ...(description === undefined ? [] : [description]));
  }
  context.output.printFields(`:${directive}`);
}

async function completionsOf(
  words: readonly string[],
  commands: readonly Command[],
  context: CliContext,
): Promise<{ readonly directive: number; readonly completions: Completions }> {
  try {
    const completions = await complete(words, commands, resourceNames(commands, context));
    return { directive: completions === 'files' ? DIRECTIVE.default : DIRECTIVE.noFiles, completions };
  } catch (error) {
    // The shell shows standard error only while a user debugs the completion.
    printLines(context.output.printError, describeFailure(error).lines);
    return { directive: DIRECTIVE.error, completions: [] };
  }
}

function resourceNames(commands: readonly Command[], context: CliContext): ResourceNames {
  const allFlags = [...COMMON_FLAGS, ...commands.flatMap(({ flags }) => flags)];
  type Named = { readonly metadata: { readonly name: string } };
  const list = async (
    words: readonly string[],
    read: (reads: ReadResources, namespace: string) => Promise<readonly Named[]>,
  ): Promise<readonly string[]> =>
    await withCluster(readArguments(words, allFlags), context, async ({ reads, namespace }) =>
      (await read(reads, namespace)).map(({ metadata }) => metadata.name),
    );
  return {
    connectors: (words) => list(words, (reads, namespace) => reads.connectors(namespace)),
    accounts: (words) => list(words, (reads, namespace) => reads.accounts(namespace)),
  };
}
