import { until } from '../measure/until.ts';
import type { Subject } from '../subjects/subject.ts';
import { createFilledTenant, type ScenarioContext, startOperatorFor } from './context.ts';
import type { Timing } from './result.ts';
import { allReady, firstCall, orEnded, settled } from './waits.ts';

const SAMPLES = 3;
const LIMIT_MS = 60_000;

/** What a replica logs when it has read the holder of the Lease. */
const STANDBY = 'New leader elected';

const ENDS = {
  crash: (leader: Subject) => leader.kill(),
  'clean exit': (leader: Subject) => leader.stop(),
} as const;

/** From the end of the leader to the first call of the standby, which lists the account. */
export async function measureFailover(context: ScenarioContext): Promise<readonly Timing[]> {
  const { stage, connectors, options, progress } = context;
  const tenant = await createFilledTenant(stage, connectors);
  const start = (): Subject => startOperatorFor(context, tenant.namespace);
  let leader = start();
  const running = new Set([leader]);
  try {
    await allReady(stage, tenant, connectors)(leader);
    const timings: Timing[] = [];
    for (const [event, end] of Object.entries(ENDS)) {
      progress(`failover: ${event}`);
      const samplesMs: number[] = [];
      for (let sample = 0; sample < (options.samples ?? SAMPLES); sample += 1) {
        const standby = start();
        running.add(standby);
        const hasRead = async (): Promise<boolean> => standby.lastOutput().includes(STANDBY);
        await orEnded(standby, until(hasRead, LIMIT_MS, 'A standby'));
        await settled(stage);
        const from = Date.now();
        const ended = end(leader);
        const { at } = await firstCall(stage, standby, from, () => true);
        samplesMs.push(at - from);
        await ended;
        running.delete(leader);
        leader = standby;
        await settled(stage);
      }
      timings.push({ scenario: 'failover', connectors, event, program: 'operator', samplesMs });
    }
    return timings;
  } finally {
    await Promise.all([...running].map((subject) => subject.stop()));
  }
}
