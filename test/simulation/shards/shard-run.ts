import { sleep } from '../../../src/runtime/clock.ts';
import { issueCode } from '../../soak/model/codes.ts';
import type { Subject } from '../../soak/model/subject.ts';
import { derivedRandom, pick } from '../../soak/seeds.ts';
import { changeConnector, rename, specOf } from '../../soak/storm/edits.ts';
import { account, connector } from '../../support/workbench/manifests.ts';
import type { Violation } from '../checks/violation.ts';
import type { Definitions } from '../environment/cluster.ts';
import type { Stage } from '../environment/stage.ts';
import { seededFates } from '../schedule/fates.ts';
import { profileOf } from '../schedule/profile.ts';
import { openSession } from '../session.ts';

/** The result of one seed. */
export interface ShardResult {
  readonly moves: number;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
}

type Shard = 'a' | 'b';

const CONNECTORS = 2;
/** Between two actions: shorter and longer than a reconcile, milliseconds. */
const GAPS = [0, 5, 50, 300, 2_000, 20_000];
const MOST_ACTIONS = 14;
const KIND = 'InfusionsoftConnector';

/** What happens to a connector or its operators; `move` is most likely. */
const ACTIONS = ['move', 'move', 'move', 'hide', 'rename', 'change connector', 'delete', 'kill'] as const;

/**
 * Two operators with disjoint label selectors and an account for each in the same organization. Connectors move from one
 * to the other in a storm.
 */
export async function runShardSeed(definitions: Definitions, seed: number): Promise<ShardResult> {
  const profile = { ...profileOf(seed), connectors: CONNECTORS, replicas: 2 };
  const random = derivedRandom(seed, 'shards');
  const fates = seededFates(seed, profile, () => true);
  const session = await openSession({
    seed,
    definitions,
    connectors: CONNECTORS,
    fates: (call) => fates.of(call),
  });
  const { environment, stage, monitor, pass, until, settle } = session;
  let moves = 0;
  try {
    await createAccounts(stage);
    const replicas = environment.startShards(['shard=a', 'shard=b']);
    const shards = new Map<Subject, Shard>();
    const create = async (subject: Subject): Promise<void> => {
      const shard = pick(random, ['a', 'b'] as const);
      shards.set(subject, shard);
      await createIn(stage, subject, shard);
    };
    for (const subject of stage.subjects) {
      await create(subject);
    }
    const act = async (): Promise<void> => {
      for (let action = 0; action < MOST_ACTIONS; action++) {
        await sleep(environment.clock, pick(random, GAPS));
        const subject = pick(random, stage.subjects);
        const name = pick(random, ACTIONS);
        if (!subject.exists) {
          if (!(await environment.team.exists(KIND, subject.name))) {
            await create(subject);
          }
          continue;
        }
        environment.trace.note('operation', `${subject.key}: ${name}`);
        switch (name) {
          case 'move': {
            const shard = shards.get(subject) === 'a' ? 'b' : 'a';
            shards.set(subject, shard);
            moves += 1;
            await moveTo(stage, subject, shard);
            break;
          }
          case 'hide':
            // No operator selects it for a moment.
            await environment.team.patch(KIND, subject.name, { metadata: { labels: { shard: null } } });
            await sleep(environment.clock, pick(random, GAPS));
            await moveTo(stage, subject, shards.get(subject) ?? 'a');
            break;
          case 'rename':
            await rename(stage, subject, random);
            break;
          case 'change connector':
            await changeConnector(stage, subject, random);
            break;
          case 'delete':
            await environment.team.remove(KIND, subject.name);
            subject.exists = false;
            break;
          case 'kill':
            replicas.kill(Math.floor(random.fraction() * 2), 'killed');
            break;
        }
      }
    };
    let isOver = false;
    void act()
      .catch((error: unknown) =>
        monitor.report({ property: 'sound run', text: `the storm itself failed: ${String(error)}` }),
      )
      .finally(() => {
        isOver = true;
      });
    await until(() => isOver);
    await pass(pick(random, GAPS));
    fates.calm();
    await settle();
    return { moves, violations: monitor.violations, trace: environment.trace.lines };
  } finally {
    environment.stop();
  }
}

/** One account for each shard, with the same credentials. */
async function createAccounts({ environment: { team, simulation } }: Stage): Promise<void> {
  for (const shard of ['a', 'b']) {
    await team.create(
      account(`sap-${shard}`, simulation.baseUrl, { credentialsSecretRef: { name: 'sap-account' } }),
    );
    await team.patch('OpenConnectorsAccount', `sap-${shard}`, { metadata: { labels: { shard } } });
  }
}

async function createIn(stage: Stage, subject: Subject, shard: Shard): Promise<void> {
  const { environment, clock } = stage;
  const code = issueCode(environment.simulation, clock, subject);
  await environment.team.patch('Secret', `${subject.name}-code`, { stringData: { code: code.value } });
  code.stored();
  const spec = { ...specOf(subject), accountRef: { name: `sap-${shard}` } };
  await environment.team.create(connector(subject.name, spec, { labels: { shard } }));
  subject.exists = true;
}

/** Label and account change in one write, so that no operator sees one without the other. */
async function moveTo({ environment }: Stage, { name }: Subject, shard: Shard): Promise<void> {
  await environment.team.patch(KIND, name, {
    metadata: { labels: { shard } },
    spec: { accountRef: { name: `sap-${shard}` } },
  });
}
