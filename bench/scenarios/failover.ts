import { leaseHolders } from '../../test/support/controlplane/lease-holders.ts';
import { until } from '../measure/until.ts';
import type { Subject } from '../subjects/subject.ts';
import { createFilledTenant, type ScenarioContext, startOperatorFor } from './context.ts';
import type { Timing } from './result.ts';
import { allReady, firstCall, orEnded, settled } from './waits.ts';

const REPLICAS = 3;
const SAMPLES = 3;
const LIMIT_MS = 60_000;

/** What a replica logs when it has read the holder of the Lease. */
const HAS_READ = 'New leader elected';

const ENDS = {
  crash: (leader: Subject) => leader.kill(),
  'clean exit': (leader: Subject) => leader.stop(),
} as const;

/** From the end of the leader to the first call of the next one, which lists the account. */
export async function measureFailover(context: ScenarioContext): Promise<readonly Timing[]> {
  const { stage, connectors, options, progress } = context;
  const tenant = await createFilledTenant(stage, connectors);
  const replicas = new Replicas(context, tenant.namespace);
  try {
    await allReady(stage, tenant, connectors)(await replicas.add());
    const timings: Timing[] = [];
    for (const [event, end] of Object.entries(ENDS)) {
      progress(`failover: ${event}`);
      const samplesMs: number[] = [];
      for (let sample = 0; sample < (options.samples ?? SAMPLES); sample += 1) {
        while (replicas.count < REPLICAS) {
          await replicas.add();
        }
        await settled(stage);
        const leader = await replicas.takeLeader();
        const from = Date.now();
        const ended = end(leader);
        const { at } = await firstCall(stage, replicas.any(), from, () => true);
        samplesMs.push(at - from);
        await ended;
      }
      timings.push({ scenario: 'failover', connectors, event, program: 'operator', samplesMs });
    }
    return timings;
  } finally {
    await replicas.stop();
  }
}

/** Replicas of the operator, by the name of their pod. */
class Replicas {
  readonly #context: ScenarioContext;
  readonly #namespace: string;
  readonly #running = new Map<string, Subject>();
  #started = 0;

  constructor(context: ScenarioContext, namespace: string) {
    this.#context = context;
    this.#namespace = namespace;
  }

  get count(): number {
    return this.#running.size;
  }

  /** Starts a replica, and resolves when it has read the Lease. */
  async add(): Promise<Subject> {
    this.#started += 1;
    const name = `replica-${this.#started}`;
    const replica = startOperatorFor(this.#context, this.#namespace, { POD_NAME: name });
    this.#running.set(name, replica);
    const hasRead = async (): Promise<boolean> => replica.lastOutput().includes(HAS_READ);
    await orEnded(replica, until(hasRead, LIMIT_MS, 'A replica'));
    return replica;
  }

  /** The holder of the Lease, which is not one of the replicas any more. */
  async takeLeader(): Promise<Subject> {
    const { plane, home } = this.#context.stage;
    for (const holder of await leaseHolders(plane, home)) {
      const name = holder.slice(0, holder.lastIndexOf('_'));
      const leader = this.#running.get(name);
      if (leader !== undefined) {
        this.#running.delete(name);
        return leader;
      }
    }
    throw new Error('No replica holds the Lease.');
  }

  any(): Subject {
    const [replica] = this.#running.values();
    if (replica === undefined) {
      throw new Error('No replica runs.');
    }
    return replica;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((replica) => replica.stop()));
  }
}
