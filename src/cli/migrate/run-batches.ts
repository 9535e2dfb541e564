import { type Clock, sleep } from '../../runtime/clock.ts';
import { CliError } from '../errors.ts';
import { titleOf } from '../render/title.ts';
import { type ApplyOptions, applyChange } from './apply-change.ts';
import type { Board } from './board.ts';
import type { Item } from './item.ts';
import { waitingFor } from './waiting-for.ts';

/** Milliseconds between two reads of the connectors of a batch. */
const INTERVAL_MS = 1_000;

/** Rounds of failing reads in a row, each with its own retries, before the run fails. */
const MAX_FAILURES = 3;

/** A run of batches. */
export interface BatchOptions extends ApplyOptions {
  readonly clock: Clock;
  readonly batchSize: number;
  /** For each batch. */
  readonly timeoutMs: number;
  /** Aborts with Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** One line that stays. */
  readonly print: (line: string) => void;
  /** Called after each round. */
  readonly showProgress: (board: Board, batch: BatchProgress) => void;
}

/** Progress of the current batch. */
export interface BatchProgress {
  readonly number: number;
  readonly size: number;
  readonly done: number;
}

/** Why a run ended. */
export type RunEnd = 'finished' | 'timeout' | 'interrupted' | 'failed';

/**
 * Changes the planned items of `board` in batches. A batch begins with the connectors that an earlier run changed, and
 * the next one begins after all of a batch are done. The cluster has the whole state, so a later run continues.
 */
export async function runBatches(options: BatchOptions, board: Board): Promise<RunEnd> {
  // Halted connectors wait for nothing that this run could see, so they end no batch.
  const halted = new Set<string>();
  for (let number = 1; ; number++) {
    const batch = nextBatch(board, options.batchSize, halted);
    if (batch.length === 0) {
      return 'finished';
    }
    options.print(`Batch ${number}: ${batch.length} ${batch.length === 1 ? 'connector' : 'connectors'}.`);
    await changeAll(options, board, batch);
    const end = await waitForBatch(options, board, { batch, number, halted });
    if (end !== undefined) {
      return end;
    }
    if (board.count('failed') > 0) {
      return 'failed';
    }
  }
}

function nextBatch(board: Board, size: number, halted: ReadonlySet<string>): readonly Item[] {
  const started = board.of('waiting').filter(({ connector }) => !halted.has(connector.metadata.uid));
  return [...started, ...board.of('planned').slice(0, Math.max(0, size - started.length))];
}

async function changeAll(options: BatchOptions, board: Board, batch: readonly Item[]): Promise<void> {
  for (const { connector, state } of batch) {
    if (options.interrupted.aborted) {
      return;
    }
    if (state.kind !== 'planned') {
      continue;
    }
    const applied = await applyChange(options, connector);
    board.put(applied.connector, applied.state);
    const { kind } = applied.state;
    if (kind === 'refused' || kind === 'failed') {
      options.print(`${titleOf(connector)}: ${kind}, ${applied.state.because}`);
    }
  }
}

interface Batch {
  readonly batch: readonly Item[];
  readonly number: number;
  readonly halted: Set<string>;
}

/** Waits until no connector of the batch waits; returns why the run ends where it does. */
async function waitForBatch(
  options: BatchOptions,
  board: Board,
  { batch, number, halted }: Batch,
): Promise<RunEnd | undefined> {
  const { clock, interrupted } = options;
  const deadline = clock.monotonic() + options.timeoutMs;
  const printed = new Map<string, string>();
  let failures = 0;
  for (;;) {
    if (interrupted.aborted) {
      return 'interrupted';
    }
    const open = openItems(board, batch, halted);
    const errors = await Promise.all(open.map((item) => refresh(options, board, item, printed, halted)));
    failures = errors.some((error) => error !== undefined) ? failures + 1 : 0;
    const error = errors.find((one) => one !== undefined);
    if (error !== undefined && failures >= MAX_FAILURES) {
      throw error;
    }
    const left = openItems(board, batch, halted).length;
    options.showProgress(board, { number, size: batch.length, done: batch.length - left });
    if (left === 0) {
      return undefined;
    }
    if (clock.monotonic() >= deadline) {
      return 'timeout';
    }
    await sleep(clock, INTERVAL_MS, interrupted).catch(() => undefined); // The loop sees the interruption.
  }
}

function openItems(board: Board, batch: readonly Item[], halted: ReadonlySet<string>): readonly Item[] {
  const uids = new Set(batch.map(({ connector }) => connector.metadata.uid));
  return board
    .of('waiting')
    .filter(({ connector: { metadata } }) => uids.has(metadata.uid) && !halted.has(metadata.uid));
}

/** Reads one connector, updates its item, and prints what changed. Returns the error of a failed read. */
async function refresh(
  { resources, change, print }: BatchOptions,
  board: Board,
  { connector: before }: Item,
  printed: Map<string, string>,
  halted: Set<string>,
): Promise<CliError | undefined> {
  const { namespace, name, uid } = before.metadata;
  try {
    const found = await resources.findConnector(namespace, name);
    if (found === undefined || found.connector.metadata.uid !== uid) {
      board.put(before, { kind: 'refused', because: 'was deleted.' });
      print(`${titleOf(before)}: was deleted.`);
      return undefined;
    }
    const { connector } = found;
    const progress = change.progressOf(connector);
    if (progress.kind === 'done') {
      board.put(connector, { kind: 'done' });
      print(`${titleOf(before)}: ${change.words.done}.`);
      return undefined;
    }
    const because = waitingFor(connector, progress) ?? '';
    board.put(connector, { kind: 'waiting', because });
    if (progress.kind === 'halted') {
      halted.add(uid);
    }
    if (progress.kind !== 'working' && printed.get(uid) !== because) {
      printed.set(uid, because);
      print(`${titleOf(before)}: ${because}`);
    }
    return undefined;
  } catch (error) {
    if (error instanceof CliError) {
      return error;
    }
    throw error;
  }
}
