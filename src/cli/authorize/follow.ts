import type { Condition } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { type Clock, sleep } from '../../runtime/clock.ts';
import { CliError } from '../errors.ts';

/** How often a connector is looked at, milliseconds. */
const INTERVAL_MS = 500;

/** How a connector is followed. */
export interface Following<T> {
  readonly clock: Clock;
  /** Throws `CliError`. */
  readonly read: () => Promise<InfusionsoftConnector>;
  /** Ends the following with anything but `wait`. */
  readonly judge: (connector: InfusionsoftConnector) => T | 'wait';
  readonly say: (line: string) => void;
  /** What was told already. */
  readonly known: InfusionsoftConnector | undefined;
  readonly timeoutMs: number;
}

/** How a following ended, and the connector as it was seen last. */
export interface Followed<T> {
  readonly result: Exclude<T, 'wait'> | 'timeout';
  readonly connector: InfusionsoftConnector;
}

/** Looks at a connector again and again, and tells each condition that changes, until `judge` knows or the time is over. */
export async function follow<T extends string>(following: Following<T>): Promise<Followed<T>> {
  const { clock, read, judge, say, timeoutMs } = following;
  const deadline = clock.monotonic() + timeoutMs;
  let seen = following.known;
  for (;;) {
    const connector = await read();
    for (const line of changes(seen, connector)) {
      say(line);
    }
    seen = connector;
    const result = judge(connector);
    if (result !== 'wait') {
      return { result: result as Exclude<T, 'wait'>, connector };
    }
    if (clock.monotonic() >= deadline) {
      return { result: 'timeout', connector };
    }
    await sleep(clock, INTERVAL_MS);
  }
}

/** `read` that outlives a bad moment of the API server: only the latest of many failures in a row is thrown. */
export function patiently(
  read: () => Promise<InfusionsoftConnector>,
  latest: InfusionsoftConnector,
): () => Promise<InfusionsoftConnector> {
  let last = latest;
  let failures = 0;
  return async () => {
    try {
      last = await read();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!(error instanceof CliError) || failures >= MAX_FAILURES) {
        throw error;
      }
    }
    return last;
  };
}

/** Each of them took its own retries already. */
const MAX_FAILURES = 3;

/** One line for each condition that is new, gone or different. A message is told once, however many carry it. */
export function changes(before: InfusionsoftConnector | undefined, after: InfusionsoftConnector): string[] {
  const old = before?.status?.conditions ?? [];
  const current = after.status?.conditions ?? [];
  const told = new Set<string>();
  const lines = current
    .filter((condition) => !old.some((other) => isSame(other, condition)))
    .map((condition) => {
      const { type, status, reason, message } = condition;
      const isChange = status !== 'True' || type === 'Ready';
      const text = isChange && !told.has(message) ? ` ${message}` : '';
      told.add(message);
      return `  ${type} is ${status} (${reason}).${text}`;
    });
  const gone = old
    .filter(({ type }) => !current.some((condition) => condition.type === type))
    .map(({ type }) => `  ${type} is over.`);
  return [...lines, ...gone];
}

function isSame(left: Condition, right: Condition): boolean {
  return (
    left.type === right.type &&
    left.status === right.status &&
    left.reason === right.reason &&
    left.message === right.message
  );
}
