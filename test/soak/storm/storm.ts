import { sleep } from '../../../src/runtime/clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { Sightings } from '../model/sightings.ts';
import type { Subject } from '../model/subject.ts';
import { ambush, type Reaction } from './ambush.ts';
import type { StormContext } from './context.ts';
import type { FaultTable } from './faults.ts';
import { OPERATIONS } from './operations.ts';
import { rotateAccount } from './rotations.ts';
import type { OperationName, Planned } from './schedule.ts';

/** Counts of a storm. */
export interface StormCounts {
  readonly operations: Map<OperationName | 'rotate account', number>;
  /** Actions during calls. */
  readonly ambushes: Map<Reaction, number>;
  /** Operations that did not apply at their time. */
  skipped: number;
  /** Operations that the API server or the simulator refused, which are defects of the test. */
  readonly failed: string[];
}

export interface StormTools {
  readonly faults: FaultTable;
  readonly sightings: Sightings;
  readonly counts: StormCounts;
}

/** Runs the schedule. Operations on one connector are sequential; all others overlap. */
export async function rage(
  context: StormContext,
  schedule: readonly Planned[],
  { faults, sightings, counts }: StormTools,
  signal: AbortSignal,
): Promise<void> {
  const { clock, stage, subjects } = context;
  const over = new AbortController();
  const startedAt = clock.monotonic();
  const busy = new Map<string, Promise<void>>();
  const underWay = new Set<Promise<void>>();
  const begin = (queue: string, action: () => Promise<void>): Promise<void> => {
    const done = (busy.get(queue) ?? Promise.resolve()).then(action).catch((error: unknown) => {
      counts.failed.push(`${queue}: ${error instanceof Error ? error.message : String(error)}`);
    });
    busy.set(queue, done);
    underWay.add(done);
    void done.then(() => underWay.delete(done));
    return done;
  };
  const react = async (reaction: Reaction, subject: Subject | undefined, seed: number): Promise<boolean> => {
    if (reaction === 'kill the leader') {
      return stage.replicas.killLeader();
    }
    if (subject === undefined) {
      return false;
    }
    await begin(subject.key, () => operate(context, subject, { name: reaction, seed }, counts));
    return true;
  };
  for (const planned of schedule) {
    await sleep(clock, startedAt + planned.at - clock.monotonic(), signal);
    switch (planned.kind) {
      case 'operation': {
        const subject = subjects[planned.subject];
        if (subject !== undefined) {
          void begin(subject.key, () => operate(context, subject, planned, counts));
        }
        break;
      }
      case 'rotate account': {
        const tenant = stage.tenants[planned.tenant];
        if (tenant !== undefined) {
          void begin(tenant.namespace.name, async () => {
            const words = await rotateAccount(context, tenant, seededRandom(planned.seed));
            stage.auditLog.note('operation', words);
            count(counts, 'rotate account');
          });
        }
        break;
      }
      case 'fault':
        faults.inject(seededRandom(planned.seed));
        break;
      case 'kill':
        void begin(`replica ${planned.replica}`, async () => {
          await stage.replicas.kill(planned.replica);
        });
        break;
      case 'ambush':
        void begin(`ambush ${planned.at}`, async () => {
          const random = seededRandom(planned.seed);
          const trap = ambush(
            context,
            sightings,
            random,
            (...args) => react(...args, planned.seed),
            over.signal,
          );
          const reaction = await trap;
          if (reaction !== undefined) {
            counts.ambushes.set(reaction, (counts.ambushes.get(reaction) ?? 0) + 1);
          }
        });
        break;
    }
  }
  over.abort();
  await Promise.all(underWay);
}

async function operate(
  context: StormContext,
  subject: Subject,
  { name, seed }: { readonly name: OperationName; readonly seed: number },
  counts: StormCounts,
): Promise<void> {
  // Most operations need a resource, so the next of them creates a deleted one again.
  const chosen = subject.exists ? name : 're-create';
  const words = await OPERATIONS[chosen](context, subject, seededRandom(seed));
  if (words === undefined) {
    counts.skipped += 1;
    return;
  }
  subject.lastOperationAt = context.clock.now();
  context.stage.auditLog.note('operation', `${chosen}: ${words}`, subject.key);
  count(counts, chosen);
}

function count({ operations }: StormCounts, name: OperationName | 'rotate account'): void {
  operations.set(name, (operations.get(name) ?? 0) + 1);
}
