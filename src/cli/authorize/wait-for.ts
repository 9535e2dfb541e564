import type { Condition } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { type Clock, sleep } from '../../runtime/clock.ts';
import { CliError } from '../errors.ts';
import { printLines } from '../render/output.ts';

/** Milliseconds between two reads of a connector. */
const INTERVAL_MS = 500;

/** Consecutive failures of a read, each with its own retries, before the wait fails. */
const MAX_FAILURES = 3;

/** How to wait for a connector. */
export interface WaitOptions<T> {
  readonly clock: Clock;
  /** Throws `CliError`. */
  readonly read: () => Promise<InfusionsoftConnector>;
  /** Every result but `wait` ends the wait. */
  readonly evaluate: (connector: InfusionsoftConnector) => T | 'wait';
  readonly print: (line: string) => void;
  /** The state whose conditions need no output. */
  readonly known: InfusionsoftConnector | undefined;
  readonly timeoutMs: number;
}

/** How a wait ended, with the connector as it was read last. */
export interface WaitResult<T> {
  readonly result: Exclude<T, 'wait'> | 'timeout';
  readonly connector: InfusionsoftConnector;
}

/** Reads a connector until `evaluate` returns a result or the timeout expires, and prints each condition that changes. */
export async function waitFor<T extends string>(options: WaitOptions<T>): Promise<WaitResult<T>> {
  const { clock, read, evaluate, print, timeoutMs } = options;
  const deadline = clock.monotonic() + timeoutMs;
  let previous = options.known;
  for (;;) {
    const connector = await read();
    printLines(print, conditionChanges(previous, connector));
    previous = connector;
    const result = evaluate(connector);
    if (result !== 'wait') {
      return { result: result as Exclude<T, 'wait'>, connector };
    }
    if (clock.monotonic() >= deadline) {
      return { result: 'timeout', connector };
    }
    await sleep(clock, INTERVAL_MS);
  }
}

/** A `read` that returns the previous connector after a failure, and throws after several in a row. */
export function retryRead(
  read: () => Promise<InfusionsoftConnector>,
  latest: InfusionsoftConnector,
): () => Promise<InfusionsoftConnector> {
  let previous = latest;
  let failures = 0;
  return async () => {
    try {
      previous = await read();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!(error instanceof CliError) || failures >= MAX_FAILURES) {
        throw error;
      }
    }
    return previous;
  };
}

/** One line for each condition that was added, removed or changed. A message that several conditions share is printed once. */
export function conditionChanges(
  before: InfusionsoftConnector | undefined,
  after: InfusionsoftConnector,
): string[] {
  const old = before?.status?.conditions ?? [];
  const current = after.status?.conditions ?? [];
  const printed = new Set<string>();
  const lines = current
    .filter((condition) => !old.some((other) => isSame(other, condition)))
    .map((condition) => {
      const { type, status, reason, message } = condition;
      const isRelevant = status !== 'True' || type === 'Ready';
      const text = isRelevant && !printed.has(message) ? `: ${message}` : '';
      printed.add(message);
      return `  ${type}=${status} (${reason})${text}`;
    });
  const removed = old
    .filter(({ type }) => !current.some((condition) => condition.type === type))
    .map(({ type }) => `  ${type} removed`);
  return [...lines, ...removed];
}

function isSame(left: Condition, right: Condition): boolean {
  return (
    left.type === right.type &&
    left.status === right.status &&
    left.reason === right.reason &&
    left.message === right.message
  );
}
