import { reconcile } from '../../../src/connector/reconcile.ts';
import type { ReconcileOutcome } from '../../../src/reconciler/outcome.ts';
import { assertStatusConforms } from '../kstatus/kstatus.ts';
import type { Bench } from './ports.ts';
import { VALUES } from './secrets.ts';

/** What a reconcile did, in order, and how it ended. */
export interface ReconcileRecord {
  readonly actions: readonly string[];
  readonly outcome: ReconcileOutcome;
}

const SECRETS = Object.values(VALUES);

/** One reconcile over the stored resource. Whatever it wrote for people conforms and holds no secret. */
export async function reconcileOnce(
  bench: Bench,
  signal: AbortSignal = new AbortController().signal,
): Promise<ReconcileRecord> {
  const actions: string[] = [];
  const outcome = await reconcile(bench.ports, bench.stored(), signal, (_connector, action) => {
    actions.push(action.type);
  });
  assertNothingLeaks(bench);
  if (bench.writes.some(([what]) => what === 'status')) {
    assertStatusConforms(bench.stored());
  }
  return { actions, outcome };
}

/** Throws when a secret is in anything that is written for people. */
export function assertNothingLeaks({ writes, events }: Bench): void {
  const shown = JSON.stringify([writes.filter(([what]) => !what.includes('secret')), events]);
  const leaked = SECRETS.find((secret) => shown.includes(secret));
  if (leaked !== undefined) {
    throw new Error(`a secret is shown: ${shown}`);
  }
}

/** Reason of Ready, as it is stored now. */
export function readiness({ stored }: Bench): string {
  const ready = stored().status?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.status} ${ready?.reason}`;
}
