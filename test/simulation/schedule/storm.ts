import { sleep } from '../../../src/runtime/clock.ts';
import { digestOf } from '../../soak/model/foreign.ts';
import { OPERATIONS } from '../../soak/storm/operations.ts';
import { rotateAccount } from '../../soak/storm/rotations.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { secret } from '../../support/workbench/manifests.ts';
import type { Replicas } from '../environment/replicas.ts';
import type { Stage } from '../environment/stage.ts';
import type { Upgrade } from '../upgrades/upgrade.ts';
import type { SeededFates } from './fates.ts';
import type { Action } from './plan.ts';

/** What actions other than edits work on. */
export interface StormTools {
  readonly replicas: Replicas;
  readonly fates: Pick<SeededFates, 'outage'>;
  /** Only a run with upgrades has it. */
  readonly upgrade?: Upgrade | undefined;
}

/** A storm that goes on. */
export interface Storm {
  /** All actions of the plan, and what they caused, have ended. */
  readonly done: Promise<void>;
  /** Carries out one more action, after `delayMs`. */
  react(action: Action, delayMs: number): void;
}

/** Carries out the actions at their times. Actions on one connector are sequential, all others overlap. */
export function startStorm(
  stage: Stage,
  tools: StormTools,
  actions: readonly Action[],
  onFailure: (error: unknown) => void,
): Storm {
  const queues = new Map<string, Promise<void>>();
  const begin = (queue: string, work: () => Promise<void>): Promise<void> => {
    const done = (queues.get(queue) ?? Promise.resolve()).then(work).catch(onFailure);
    queues.set(queue, done);
    return done;
  };
  const run = async (): Promise<void> => {
    for (const action of actions) {
      await sleep(stage.clock, action.at - stage.clock.monotonic());
      void begin(queueOf(action), () => perform(stage, tools, action));
    }
    await Promise.all(queues.values());
  };
  return {
    done: run(),
    react(action, delayMs) {
      stage.clock.schedule(delayMs, () => void begin(queueOf(action), () => perform(stage, tools, action)));
    },
  };
}

/** Account and processes have queues of their own. */
function queueOf(action: Action): string {
  return 'subject' in action ? `connector ${action.subject}` : action.kind;
}

async function perform(stage: Stage, tools: StormTools, action: Action): Promise<void> {
  const { environment, stage: servers, subjects, clock, tenant } = stage;
  const { replicas, fates, upgrade } = tools;
  const note = (text: string, key?: string): void => servers.auditLog.note('operation', text, key);
  const subject = 'subject' in action ? subjects[action.subject] : undefined;
  switch (action.kind) {
    case 'operation': {
      if (subject === undefined) {
        return;
      }
      const name = subject.exists ? action.name : 're-create';
      const words = await OPERATIONS[name](stage, subject, seededRandom(action.seed));
      if (words !== undefined) {
        subject.lastOperationAt = clock.now();
        note(`${name}: ${words}`, subject.key);
      }
      return;
    }
    case 'rotate account':
      note(await rotateAccount(stage, tenant, seededRandom(action.seed)));
      return;
    case 'kill':
      replicas.kill(action.replica, 'killed');
      return;
    case 'upgrade':
      await upgrade?.(replicas);
      return;
    case 'pause':
      replicas.pause(action.replica, action.ms);
      return;
    case 'cut watches':
      note(`${environment.cluster.server.faults.dropWatches()} watches cut`);
      return;
    case 'expire history':
      environment.cluster.server.faults.expireHistory();
      environment.cluster.server.faults.dropWatches();
      note('the history of the API server is lost');
      return;
    case 'lose Secret': {
      if (subject === undefined) {
        return;
      }
      const name = `${subject.name}-oauth`;
      await tenant.namespace.remove('Secret', name);
      note(`Secret ${name} deleted`, subject.key);
      await sleep(clock, action.backMs);
      const { clientId, clientSecret } = subject.app;
      await tenant.namespace.create(secret(name, { client_id: clientId, client_secret: clientSecret }));
      note(`Secret ${name} created again`, subject.key);
      return;
    }
    case 'outage':
      note(`the ${action.api} API is out for ${action.ms} ms`);
      fates.outage(action.api, true);
      await sleep(clock, action.ms);
      fates.outage(action.api, false);
      return;
    case 'revoke': {
      const id = subject === undefined ? undefined : servers.connectors.of(subject.key)?.view.instanceId;
      if (id !== undefined && environment.simulation.instances().some((instance) => instance.id === id)) {
        environment.simulation.failTokenRefresh(id);
        noteChange(stage, id);
        note(`the grant of instance ${id} is revoked`, subject?.key);
      }
      return;
    }
  }
}

/** The platform disables an instance without a grant: that is no change by the operator where another owner has it. */
function noteChange({ environment, foreign }: Stage, id: number): void {
  const index = foreign.findIndex((one) => one.id === id);
  const [before, instance] = [
    foreign[index],
    environment.simulation.instances().find((one) => one.id === id),
  ];
  if (before !== undefined && instance !== undefined) {
    foreign[index] = { ...before, digest: digestOf(instance) };
  }
}
