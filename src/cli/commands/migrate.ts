import { type Cluster, withCluster } from '../cluster/cluster.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { CliExit } from '../exit-codes.ts';
import { nextCommand } from '../input/next-command.ts';
import { Board } from '../migrate/board.ts';
import { type CommandWith, followUp } from '../migrate/follow-up.ts';
import type { Item } from '../migrate/item.ts';
import { MIGRATE_FLAGS, type MigrateOptions, readMigrateOptions } from '../migrate/options.ts';
import { planChange } from '../migrate/plan.ts';
import { renderMarkdown, renderPlan, renderProgress, renderText } from '../migrate/render.ts';
import { type Report, reportOf } from '../migrate/report.ts';
import { type RunEnd, runBatches } from '../migrate/run-batches.ts';
import { patchFiles } from '../migrate/write-patches.ts';
import { printLines } from '../render/output.ts';
import { writeFiles } from '../render/write-files.ts';

/** `migrate [NAME...]`. */
export const migrate: Command = {
  name: 'migrate',
  operands: '[NAME...]',
  operandCount: { min: 0, max: 1_000 },
  summary: 'Migrate connectors from infusionsoftcrm to infusionsoftrest, in batches.',
  description: [
    'Check the connectors of infusionsoftcrm and show what a migration to infusionsoftrest changes. With --yes, change them in batches: print who must open which address, wait until the batch is authorized, and continue with the next one.',
    'The command can be interrupted (Ctrl-C) and run again: the cluster has the whole state. The fields that infusionsoftrest forbids are kept as references in the annotation openconnectors.dev/migrated-from, and --rollback restores them.',
    'Required permissions: list infusionsoftconnectors; with --yes also get and patch. Optional: get the Secrets of the OAuth clients.',
  ],
  flags: MIGRATE_FLAGS,
  examples: [
    'migrate -n sales',
    'migrate -A -l team=sales --yes --batch 20',
    'migrate crm -n sales --output patches',
    'migrate -n sales --switch --yes',
    'migrate crm -n sales --rollback --yes',
  ],
  async run(args, operands, context) {
    const options = readMigrateOptions(args, operands);
    return await withCluster<CliExit>(args, context, async (cluster) => {
      const items = await planChange(
        {
          resources: cluster.resources,
          change: options.change,
          ignoreGitOps: options.force || options.folder !== undefined,
          now: () => context.clock.now(),
        },
        {
          ...options.selection,
          namespace: options.isEverywhere ? undefined : cluster.namespace,
        },
      );
      const commandWith: CommandWith = (flags) =>
        nextCommand(migrate, args, operands, {
          platform: context.platform,
          namespace: options.isEverywhere ? undefined : cluster.namespace,
          without: ['yes'],
          flags,
        });
      if (options.folder !== undefined) {
        return await writePatches(context, options, options.folder, items);
      }
      return options.isDryRun
        ? showDryRun(context, options, items, commandWith)
        : await changeInBatches(context, options, cluster, items, commandWith);
    });
  },
};

function showDryRun(
  { output, clock }: CliContext,
  options: MigrateOptions,
  items: readonly Item[],
  commandWith: CommandWith,
): CliExit {
  const report = reportOf(options.change, items, { dryRun: true, end: 'finished' });
  const { counts } = report;
  if (options.format === 'text') {
    printLines(output.print, [
      ...renderPlan(items, options.isEverywhere),
      ...(items.length === 0 ? [] : ['']),
      ...renderText(options.change, { ...report, connectors: [] }),
      'Dry run: nothing was changed.',
      ...(counts.planned + counts.waiting === 0
        ? []
        : [`To ${options.change.words.verb}, run: ${commandWith(['--yes'])}`]),
      ...followUp(options.change, items, commandWith, clock.now()),
    ]);
  } else {
    printReport({ output }, options, report);
  }
  return exitOf(report);
}

async function writePatches(
  { output, clock }: CliContext,
  options: MigrateOptions,
  folder: string,
  items: readonly Item[],
): Promise<CliExit> {
  const patches = items.flatMap(({ connector, state }) =>
    state.kind === 'planned' ? [{ connector, patch: options.change.patchOf(connector, clock.now()) }] : [],
  );
  const say = narrator({ output }, options);
  if (patches.length > 0) {
    printLines(
      say,
      (await writeFiles('--output', folder, patchFiles(patches))).map((path) => `Wrote ${path}.`),
    );
  }
  const report = reportOf(options.change, items, { dryRun: true, end: 'finished' });
  printReport({ output }, options, report);
  return exitOf(report);
}

async function changeInBatches(
  context: CliContext,
  options: MigrateOptions,
  { resources }: Cluster,
  items: readonly Item[],
  commandWith: CommandWith,
): Promise<CliExit> {
  const { output, clock } = context;
  const board = new Board(items);
  const interruption = new AbortController();
  const stopListening = context.onInterrupt(() => interruption.abort());
  let end: RunEnd = 'failed';
  try {
    end = await runBatches(
      {
        resources,
        change: options.change,
        ignoreGitOps: options.force,
        now: () => clock.now(),
        clock,
        batchSize: options.batchSize,
        timeoutMs: options.timeoutMs,
        interrupted: interruption.signal,
        print: narrator(context, options),
        showProgress: (current, batch) => output.showProgress(renderProgress(options.change, current, batch)),
      },
      board,
    );
  } finally {
    stopListening();
    output.showProgress(undefined);
    const report = reportOf(options.change, board.all(), { dryRun: false, end });
    printReport(context, options, report);
    if (end !== 'finished') {
      narrator(context, options)('Run this command again to continue.');
    } else if (options.format === 'text') {
      printLines(output.print, followUp(options.change, board.all(), commandWith, clock.now()));
    }
  }
  return exitOf(reportOf(options.change, board.all(), { dryRun: false, end }));
}

function exitOf({ end, counts }: Report): CliExit {
  switch (end) {
    case 'timeout':
    case 'interrupted':
      return end;
    case 'failed':
      return 'failure';
    case 'finished':
      return counts.refused + counts.waiting === 0 ? 'ok' : 'userAction';
  }
}

function printReport(
  { output }: Pick<CliContext, 'output'>,
  { change, format }: MigrateOptions,
  report: Report,
): void {
  switch (format) {
    case 'json':
      output.printText(JSON.stringify(report, undefined, 2));
      break;
    case 'markdown':
      printLines(output.print, renderMarkdown(change, report));
      break;
    case 'text':
      printLines(output.print, renderText(change, report));
  }
}

/** Where lines about the progress go: beside a report for a program, to standard error. */
function narrator(
  { output }: Pick<CliContext, 'output'>,
  { format }: MigrateOptions,
): (line: string) => void {
  return format === 'text' ? output.print : output.printError;
}
