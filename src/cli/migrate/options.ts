import { parseDuration } from '../../api/duration.ts';
import { CliError } from '../errors.ts';
import type { Arguments, Flag } from '../input/arguments.ts';
import { ALL_NAMESPACES } from '../input/flags.ts';
import { requireName } from '../input/names.ts';
import type { Change } from './changes/change.ts';
import { rollback } from './changes/rollback.ts';
import { switchBack, switchOver } from './changes/switch.ts';
import { toRest } from './changes/to-rest.ts';
import type { Selection } from './plan.ts';

const DEFAULT_BATCH = 10;
const MAX_BATCH = 100;
const DEFAULT_TIMEOUT = '30m';

/** The flags of `migrate`. */
export const MIGRATE_FLAGS: readonly Flag[] = [
  ALL_NAMESPACES,
  { name: 'selector', short: 'l', value: 'SELECTOR', description: 'label selector of the connectors' },
  { name: 'yes', description: 'change the connectors (default is a dry run)' },
  {
    name: 'batch',
    value: 'N',
    description: `connectors to change at a time, 1 to ${MAX_BATCH} (default ${DEFAULT_BATCH})`,
  },
  {
    name: 'timeout',
    value: 'DURATION',
    description: `time to wait for each batch (default ${DEFAULT_TIMEOUT})`,
  },
  { name: 'force', description: 'also change connectors that Argo CD or Flux manage' },
  {
    name: 'output',
    value: 'DIR',
    description: 'folder for the patches as a kustomization; nothing in the cluster is changed',
  },
  { name: 'report', short: 'o', value: 'FORMAT', description: 'format of the report: json or markdown' },
  { name: 'rollback', description: 'restore the connectors as they were before their migration' },
  {
    name: 'switch',
    description: 'move the connection Secrets to the new instances; with --rollback back to the old ones',
  },
];

/** Formats of the report. */
const FORMATS = ['text', 'json', 'markdown'] as const;

/** Format of the report. */
export type ReportFormat = (typeof FORMATS)[number];

/** The command line of `migrate`. */
export interface MigrateOptions {
  readonly change: Change;
  readonly selection: Omit<Selection, 'namespace'>;
  readonly isEverywhere: boolean;
  readonly isDryRun: boolean;
  readonly batchSize: number;
  readonly timeoutMs: number;
  readonly force: boolean;
  /** The folder for patches. */
  readonly folder: string | undefined;
  readonly format: ReportFormat;
}

/** Parses and validates the command line. Throws `CliError` of exit `usage`. */
export function readMigrateOptions(args: Arguments, operands: readonly string[]): MigrateOptions {
  const isEverywhere = args.given.has('all-namespaces');
  const folder = args.text('output');
  if (isEverywhere && operands.length > 0) {
    throw new CliError('usage', 'NAME and --all-namespaces are mutually exclusive.');
  }
  if (folder !== undefined && args.given.has('yes')) {
    throw new CliError('usage', '--output and --yes are mutually exclusive.');
  }
  if (folder === 'json' || folder === 'markdown') {
    throw new CliError('usage', `--output: names a folder. For the report, use -o ${folder}.`);
  }
  return {
    change: changeOf(args),
    selection: { selector: args.text('selector'), names: operands.map((name) => requireName('NAME', name)) },
    isEverywhere,
    isDryRun: !args.given.has('yes'),
    batchSize: batchSize(args.text('batch') ?? String(DEFAULT_BATCH)),
    timeoutMs: timeout(args.text('timeout') ?? DEFAULT_TIMEOUT),
    force: args.given.has('force'),
    folder,
    format: format(args.text('report')),
  };
}

function changeOf({ given }: Arguments): Change {
  if (given.has('switch')) {
    return given.has('rollback') ? switchBack : switchOver;
  }
  return given.has('rollback') ? rollback : toRest;
}

function batchSize(text: string): number {
  const size = Number(text);
  if (!/^\d{1,3}$/.test(text) || size < 1 || size > MAX_BATCH) {
    throw new CliError('usage', `--batch: must be a number from 1 to ${MAX_BATCH}.`);
  }
  return size;
}

function timeout(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    throw new CliError('usage', '--timeout: must be a duration such as 90s or 30m.');
  }
  return ms;
}

function format(text: string | undefined): ReportFormat {
  const found = FORMATS.find((known) => known === (text ?? 'text'));
  if (found === undefined) {
    throw new CliError('usage', '-o: must be json or markdown.');
  }
  return found;
}
