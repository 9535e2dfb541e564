import { ANNOTATIONS, CONNECTOR_NAMES } from '../../../../src/api/group.ts';
import type { Session } from '../../session.ts';
import type { Fate } from '../../wire/fate.ts';
import type { TimedCall, Traffic } from '../traffic.ts';

/** How an account calls Open Connectors: what its limits, its timeout and its interval do. */
export interface Pace {
  /** The least time between the starts of two calls. */
  readonly spacingMs: number;
  /** The most calls that are open at the same time. */
  readonly open: number;
  /** How long a call waits for its answer. */
  readonly timeoutMs: number;
  /** Between two listings, in half minutes: the spread of retries moves them by less. */
  readonly listingMinutes: number;
}

const FAST: Fate = { connectMs: 0, travelMs: 2, answerMs: 3 };
/** Shorter than the shortest timeout. */
const SLOW: Fate = { connectMs: 0, travelMs: 450, answerMs: 450 };
const HANGS: Fate = { ...FAST, fault: { kind: 'hangs' } };
/** Long enough for a call of each connector. */
const ROUND_MS = 20_000;
/** Longer than the longest timeout and the longest interval of the values. */
const MOST_MS = 1_800_000;

/** Measures the pace of the account that the connectors `users` use. All of them are Ready and settled. */
export async function paceOf(
  { environment, pass, until }: Session,
  traffic: Traffic,
  users: readonly string[],
): Promise<Pace> {
  const { clock, team } = environment;
  /** Calls from now on, while a reconcile of each of `names` is requested. */
  const round = async (
    fate: Fate,
    names: readonly string[],
    wait: (since: () => readonly TimedCall[]) => Promise<void>,
  ): Promise<readonly TimedCall[]> => {
    const from = traffic.calls.length;
    traffic.fate = fate;
    for (const name of names) {
      const annotations = { [ANNOTATIONS.reconcileAt]: `${from} ${clock.monotonic()}` };
      await team.patch(CONNECTOR_NAMES.kind, name, { metadata: { annotations } });
    }
    await wait(() => traffic.calls.slice(from));
    traffic.fate = undefined;
    return traffic.calls.slice(from);
  };
  const whole = (): Promise<void> => pass(ROUND_MS);
  const fast = await round(FAST, users, whole);
  const slow = await round(SLOW, users, whole);
  const hanging = await round(HANGS, users.slice(0, 1), async (calls) => {
    const end = clock.monotonic() + MOST_MS;
    await until(() => calls()[0]?.endedAt !== undefined || clock.monotonic() >= end);
  });
  const listed = await round(FAST, [], async (calls) => {
    const end = clock.monotonic() + MOST_MS;
    // The first one may have waited for what hung.
    await until(() => calls().filter(isListing).length >= 3 || clock.monotonic() >= end);
  });
  return {
    spacingMs: Math.min(...gaps(fast)),
    open: Math.max(...slow.map(({ at }) => slow.filter((other) => isOpenAt(other, at)).length)),
    timeoutMs: Math.min(...hanging.map(lengthOf)),
    listingMinutes: Math.round((gaps(listed.filter(isListing)).at(-1) ?? Number.NaN) / 30_000) / 2,
  };
}

function gaps(calls: readonly TimedCall[]): readonly number[] {
  return calls.slice(1).map(({ at }, index) => Math.round(at - (calls[index]?.at ?? at)));
}

function isOpenAt({ at, endedAt = Number.POSITIVE_INFINITY }: TimedCall, time: number): boolean {
  return at <= time && time < endedAt;
}

function lengthOf({ at, endedAt = Number.POSITIVE_INFINITY }: TimedCall): number {
  return Math.round(endedAt - at);
}

function isListing({ call }: TimedCall): boolean {
  return call.method === 'GET' && /\/instances\?/.test(call.target);
}
