import { setTimeout as delay } from 'node:timers/promises';
import { measure } from '../measure/measure.ts';
import { until } from '../measure/until.ts';
import type { BenchOptions } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import { createTenant, type Tenant } from '../stage/tenant.ts';
import { type Subject, startBareClient, startOperator } from '../subjects/subject.ts';
import type { ScenarioName } from './names.ts';
import type { Cost, ScenarioResult } from './result.ts';

const LIMIT_MS = 900_000;
/** How long an unchanged operator is watched. */
const IDLE_MS = 20_000;
/** The listing of an account happens several times while the operator is idle. */
const OPERATOR_SETTINGS = { WORKERS: '10', INVENTORY_INTERVAL: '10s' };

/** The costs of one run, by scenario: the operator first, the bare client on a tenant of its own. */
export async function runScenarios(
  stage: Stage,
  { connectors, scenarios, cpuProf }: BenchOptions,
  progress: (text: string) => void,
): Promise<readonly ScenarioResult[]> {
  const env = { ...stage.environment, ...OPERATOR_SETTINGS };
  const tenant = await createTenant(stage);
  const other = await createTenant(stage);
  progress('Creating Secrets and connectors');
  for (const one of [other, tenant]) {
    await one.createSecrets(connectors);
  }
  await other.createConnectors(connectors);
  const bare = await runBareClient(stage, other, 'create', progress);
  // The operator must not find the connectors of the bare client.
  const watched = { ...env, WATCH_NAMESPACES: tenant.namespace, CLUSTER_ID: 'bench' };
  await tenant.createConnectors(connectors);

  const results: ScenarioResult[] = [];
  const add = (scenario: ScenarioName, operator: Cost, yardstick?: Cost): void => {
    if (scenarios.includes(scenario)) {
      results.push({ scenario, connectors, operator, bare: yardstick });
    }
  };
  progress('create: the operator');
  const first = await measure(stage, () => startOperator(watched, cpuProf), allReady(tenant, connectors));
  add('create', first.cost, bare);

  if (scenarios.includes('idle')) {
    progress('idle');
    add('idle', (await measure(stage, first.subject, () => delay(IDLE_MS))).cost);
  }
  await first.subject.stop();

  progress('restart');
  const second = await measure(stage, () => startOperator(watched, cpuProf), settledAgain(stage));
  add('restart', second.cost);

  if (scenarios.includes('delete')) {
    progress('delete: the operator');
    const { cost } = await measure(stage, second.subject, async (subject) => {
      await tenant.deleteConnectors(connectors);
      await allDeleted(tenant)(subject);
    });
    await other.deleteConnectors(connectors);
    add('delete', cost, await runBareClient(stage, other, 'delete', progress));
  }
  await second.subject.stop();
  return results;
}

async function runBareClient(
  stage: Stage,
  { namespace }: Tenant,
  work: 'create' | 'delete',
  progress: (text: string) => void,
): Promise<Cost> {
  progress(`${work}: the bare client`);
  const { cost } = await measure(
    stage,
    () => startBareClient(work, namespace, stage.environment),
    async ({ ended }) => {
      if ((await ended) !== 0) {
        throw new Error('The bare client failed.');
      }
    },
  );
  return cost;
}

/** Until every connector is Ready. Fails when the program ends before. */
function allReady(tenant: Tenant, count: number): (subject: Subject) => Promise<void> {
  return (subject) =>
    orEnded(
      subject,
      until(async () => (await tenant.progress()).ready === count, LIMIT_MS, `${count} Ready connectors`),
    );
}

function allDeleted(tenant: Tenant): (subject: Subject) => Promise<void> {
  return (subject) =>
    orEnded(
      subject,
      until(async () => (await tenant.progress()).all === 0, LIMIT_MS, 'The end of all connectors'),
    );
}

/** Until the account was listed and nothing was called for two seconds. */
function settledAgain({ simulator }: Stage): (subject: Subject) => Promise<void> {
  const before = simulator.ledger.entries().length;
  let last = before;
  let quietSince = performance.now();
  return (subject) =>
    orEnded(
      subject,
      until(
        async () => {
          const now = simulator.ledger.entries().length;
          if (now !== last) {
            last = now;
            quietSince = performance.now();
          }
          return now > before && performance.now() - quietSince > 2_000;
        },
        LIMIT_MS,
        'A listing of the account',
      ),
    );
}

async function orEnded(subject: Subject, work: Promise<void>): Promise<void> {
  const code = await Promise.race([work.then(() => 'done' as const), subject.ended]);
  if (code !== 'done') {
    throw new Error(`The operator ended with ${code}.`);
  }
}
