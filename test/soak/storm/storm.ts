import { sleep } from '../../../src/runtime/clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { Subject } from '../model/subject.ts';
import type { StormContext } from './context.ts';
import type { FaultTable } from './faults.ts';
import { OPERATIONS } from './operations.ts';
import { rotateAccount } from './rotations.ts';
import type { OperationName, Planned } from './schedule.ts';

/** What the storm did. */
export interface StormCounts {
  readonly operations: Map<OperationName | 'rotate account', number>;
  /** Operations that did not apply when their time came. */
  skipped: number;
  /** Operations that the API server or the simulator refused: defects of the test itself. */
  readonly failed: string[];
}

/** Carries the schedule out. Operations on one connector follow each other; all others overlap. */
export async function rage(
  context: StormContext,
  schedule: readonly Planned[],
  faults: FaultTable,
  counts: StormCounts,
  signal: AbortSignal,
): Promise<void> {
  const { clock, stage, subjects } = context;
  const startedAt = clock.monotonic();
  const busy = new Map<string, Promise<void>>();
  const underWay = new Set<Promise<void>>();
  const begin = (queue: string, action: () => Promise<void>): void => {
    const done = (busy.get(queue) ?? Promise.resolve()).then(action).catch((error: unknown) => {
      counts.failed.push(`${queue}: ${error instanceof Error ? error.message : String(error)}`);
    });
    busy.set(queue, done);
    underWay.add(done);
    void done.then(() => underWay.delete(done));
  };
  for (const planned of schedule) {
    await sleep(clock, startedAt + planned.at - clock.monotonic(), signal);
    switch (planned.kind) {
      case 'operation': {
        const subject = subjects[planned.subject];
        if (subject !== undefined) {
          begin(subject.key, () => operate(context, subject, planned, counts));
        }
        break;
      }
      case 'rotate account': {
        const tenant = stage.tenants[planned.tenant];
        if (tenant !== undefined) {
          begin(tenant.namespace.name, async () => {
            const words = await rotateAccount(context, tenant, seededRandom(planned.seed));
            stage.journal.note('operation', words);
            count(counts, 'rotate account');
          });
        }
        break;
      }
      case 'fault':
        faults.inject(seededRandom(planned.seed));
        break;
      case 'kill':
        begin(`replica ${planned.replica}`, () => stage.replicas.kill(planned.replica));
        break;
    }
  }
  await Promise.all(underWay);
}

async function operate(
  context: StormContext,
  subject: Subject,
  { name, seed }: Planned & { readonly kind: 'operation' },
  counts: StormCounts,
): Promise<void> {
  const words = await OPERATIONS[name](context, subject, seededRandom(seed));
  if (words === undefined) {
    counts.skipped += 1;
    return;
  }
  subject.lastOperationAt = context.clock.now();
  context.stage.journal.note('operation', `${name}: ${words}`, subject.key);
  count(counts, name);
}

function count({ operations }: StormCounts, name: OperationName | 'rotate account'): void {
  operations.set(name, (operations.get(name) ?? 0) + 1);
}
