import type { LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import { until } from '../measure/until.ts';
import type { Stage } from '../stage/stage.ts';
import type { Tenant } from '../stage/tenant.ts';
import type { Subject } from '../subjects/subject.ts';

const LIMIT_MS = 1_800_000;

/** Until every connector is Ready. Fails when the program ends before. */
export function allReady(stage: Stage, tenant: Tenant, count: number): (subject: Subject) => Promise<void> {
  const isDone = afterTheLastCall(stage, async () => (await tenant.progress()).ready === count);
  return (subject) => orEnded(subject, until(isDone, LIMIT_MS, `${count} Ready connectors`));
}

/** Deletes all connectors and waits until none is left. Fails when the program ends before. */
export function deleteAll(stage: Stage, tenant: Tenant, count: number): (subject: Subject) => Promise<void> {
  return async (subject) => {
    const isDone = afterTheLastCall(stage, async () => (await tenant.progress()).all === 0);
    await tenant.deleteConnectors(count);
    await orEnded(subject, until(isDone, LIMIT_MS, 'The end of all connectors'));
  };
}

/** Until the account was listed and nothing but pings, which are always due for some, was called for two seconds. */
export function settledAgain(stage: Stage): (subject: Subject) => Promise<void> {
  const count = (): number => stage.simulator.ledger.count(({ operation }) => operation !== 'ping');
  const before = count();
  const isQuiet = quietness(count, 2_000);
  const isDone = async (): Promise<boolean> => isQuiet() && count() > before;
  return (subject) => orEnded(subject, until(isDone, LIMIT_MS, 'A listing of the account'));
}

/** Until nothing was called for half a second longer than a call takes, also by a program that has ended. */
export async function settled(stage: Stage): Promise<void> {
  const { ledger, knobs } = stage.simulator;
  const isQuiet = quietness(() => ledger.count(), 500 + knobs.latencyMs);
  await until(async () => isQuiet(), LIMIT_MS, 'The end of calls');
}

/**
 * The first call at or after `from` that `matches`, by the clock of the simulator. Fails when the program ends without
 * it; a program may call and end between two polls.
 */
export async function firstCall(
  { simulator }: { readonly simulator: Pick<Stage['simulator'], 'ledger'> },
  subject: Subject,
  from: number,
  matches: (entry: LedgerEntry) => boolean,
): Promise<LedgerEntry> {
  let found: LedgerEntry | undefined;
  const isCalled = async (): Promise<boolean> => {
    [found] = simulator.ledger.entries((entry) => entry.at >= from && matches(entry));
    return found !== undefined;
  };
  const hasEnded = subject.ended.then(() => true);
  const isOver = async (): Promise<boolean> => (await isCalled()) || Promise.race([hasEnded, false]);
  await until(isOver, LIMIT_MS, 'A call of Open Connectors');
  await isCalled();
  if (found === undefined) {
    throw endedError(subject, await subject.ended);
  }
  return found;
}

/** Runs `work`, and fails when the program ends before. */
export async function orEnded(subject: Subject, work: Promise<void>): Promise<void> {
  const code = await Promise.race([work.then(() => 'done' as const), subject.ended]);
  if (code !== 'done') {
    throw endedError(subject, code);
  }
}

function endedError(subject: Subject, code: number | null): Error {
  return new Error(`The program ended with ${code}:\n${subject.lastOutput()}`);
}

/**
 * `look` where the program has called Open Connectors, and did not since the last poll. A list of all connectors takes as
 * much of the API server as many calls of the program, and the slower program would pay for more of them.
 */
function afterTheLastCall({ simulator }: Stage, look: () => Promise<boolean>): () => Promise<boolean> {
  const atStart = simulator.ledger.count();
  let last = atStart;
  return async () => {
    const now = simulator.ledger.count();
    const isQuiet = now === last && now !== atStart;
    last = now;
    return isQuiet && (await look());
  };
}

/** A check whether `count` of calls has stayed the same for `quietMs`. */
function quietness(count: () => number, quietMs: number): () => boolean {
  let last = count();
  let since = performance.now();
  return () => {
    const now = count();
    if (now !== last) {
      last = now;
      since = performance.now();
    }
    return performance.now() - since > quietMs;
  };
}
