import type { Change } from './changes/change.ts';
import { ITEM_KINDS, type Item, type ItemState } from './item.ts';
import type { RunEnd } from './run-batches.ts';

/** The result of a run, in the form of `-o json`. */
export interface Report {
  /** `migrate`, for example. */
  readonly change: string;
  readonly dryRun: boolean;
  /** Why the run ended. */
  readonly end: RunEnd;
  readonly counts: Readonly<Record<ItemState['kind'], number>>;
  readonly connectors: readonly ReportEntry[];
}

/** One connector of a report. */
export interface ReportEntry {
  readonly namespace: string;
  readonly name: string;
  readonly result: ItemState['kind'];
  /** The fields that change, or the reason. */
  readonly details?: string;
}

/** The report about `items`. */
export function reportOf(
  { words }: Change,
  items: readonly Item[],
  { dryRun, end }: Pick<Report, 'dryRun' | 'end'>,
): Report {
  const counts = { done: 0, waiting: 0, planned: 0, refused: 0, failed: 0 };
  for (const { state } of items) {
    counts[state.kind] += 1;
  }
  return { change: words.verb, dryRun, end, counts, connectors: items.map(entryOf) };
}

function entryOf({ connector, state }: Item): ReportEntry {
  const { namespace, name } = connector.metadata;
  const details = detailsOf(state);
  return { namespace, name, result: state.kind, ...(details !== undefined && { details }) };
}

/** The fields that change, or the reason of a state. */
export function detailsOf(state: ItemState): string | undefined {
  switch (state.kind) {
    case 'planned':
      return state.details;
    case 'done':
      return undefined;
    default:
      return state.because;
  }
}

/** The counts as one sentence, in the order of `ITEM_KINDS`, without zeros. */
export function summaryOf({ words }: Pick<Change, 'words'>, { counts }: Pick<Report, 'counts'>): string {
  const names: Readonly<Record<ItemState['kind'], string>> = {
    done: words.done,
    waiting: 'waiting',
    planned: `to ${words.verb}`,
    refused: 'refused',
    failed: 'failed',
  };
  const parts = ITEM_KINDS.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${names[kind]}`);
  return parts.length === 0 ? `No connectors to ${words.verb}.` : `Connectors: ${parts.join(', ')}.`;
}
