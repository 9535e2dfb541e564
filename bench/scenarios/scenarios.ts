import { setTimeout as delay } from 'node:timers/promises';
import { measure } from '../measure/measure.ts';
import { until } from '../measure/until.ts';
import type { BenchOptions } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import { createTenant, type Tenant } from '../stage/tenant.ts';
import type { GoOperator } from '../subjects/go-operator.ts';
import { type Subject, startBareClient, startOperator, startPlainOperator } from '../subjects/subject.ts';
import { type ScenarioName, WORDS, type Yardstick } from './names.ts';
import type { Cost, ScenarioResult } from './result.ts';

const LIMIT_MS = 900_000;
/** How long an unchanged operator is watched. */
const IDLE_MS = 20_000;
/** The listing of an account happens several times while the operator is idle. */
const OPERATOR_SETTINGS = { WORKERS: '10', INVENTORY_INTERVAL: '10s' };

/** The costs of one run, by scenario: each program works on a tenant of its own. */
export async function runScenarios(
  stage: Stage,
  { scenarios, cpuProf, nodeFlags, hasYardsticks, foreignSecrets }: BenchOptions,
  connectors: number,
  goOperator: GoOperator,
  progress: (text: string) => void,
): Promise<readonly ScenarioResult[]> {
  const env = { ...stage.environment, ...OPERATOR_SETTINGS };
  const tenant = await createTenant(stage);
  progress('Creating Secrets and connectors');
  await tenant.createSecrets(connectors);
  await tenant.createForeignSecrets(foreignSecrets);
  const yardsticks = hasYardsticks ? await runYardsticks(stage, goOperator, connectors, env, progress) : [];
  // The operator must not find the connectors of the yardsticks.
  const watched = { ...env, WATCH_NAMESPACES: tenant.namespace, CLUSTER_ID: 'bench' };
  await tenant.createConnectors(connectors);

  const results: ScenarioResult[] = [];
  const add = (scenario: ScenarioName, operator: Cost, costs: ScenarioResult['yardsticks'] = {}): void => {
    if (scenarios.includes(scenario)) {
      results.push({ scenario, connectors, operator, yardsticks: costs });
    }
  };
  progress('create: the operator');
  const first = await measure(
    stage,
    () => startOperator(watched, cpuProf, nodeFlags),
    allReady(tenant, connectors),
  );
  add('create', first.cost, Object.fromEntries(yardsticks.map(({ name, created }) => [name, created])));

  if (scenarios.includes('idle')) {
    progress('idle');
    add('idle', (await measure(stage, first.subject, () => delay(IDLE_MS))).cost);
  }
  await first.subject.stop();
  if (!scenarios.includes('restart') && !scenarios.includes('delete')) {
    await Promise.all(yardsticks.map(({ stop }) => stop()));
    return results;
  }

  progress('restart');
  const second = await measure(stage, () => startOperator(watched, cpuProf, nodeFlags), settledAgain(stage));
  add('restart', second.cost);

  if (scenarios.includes('delete')) {
    progress('delete: the operator');
    const { cost } = await measure(stage, second.subject, deleteAll(tenant, connectors));
    const removed: Partial<Record<Yardstick, Cost>> = {};
    for (const { name, remove } of yardsticks) {
      removed[name] = await remove();
    }
    add('delete', cost, removed);
  }
  await Promise.all(yardsticks.map(({ stop }) => stop()));
  await second.subject.stop();
  return results;
}

/** A program that has created its connectors; one that keeps running makes no change until `remove`. */
interface RunYardstick {
  readonly name: Yardstick;
  readonly created: Cost;
  remove(): Promise<Cost>;
  stop(): Promise<void>;
}

/** Each yardstick creates the connectors of a namespace of its own, which the operator must not find. */
async function runYardsticks(
  stage: Stage,
  goOperator: GoOperator,
  connectors: number,
  env: Readonly<Record<string, string>>,
  progress: (text: string) => void,
): Promise<readonly RunYardstick[]> {
  const bare = await runBareTenant(stage, connectors, progress);
  const plain = await runOperator(stage, 'plain', connectors, progress, (namespace) =>
    startPlainOperator(namespace, stage.environment),
  );
  const go =
    goOperator.state === 'built'
      ? await runOperator(stage, 'go', connectors, progress, (namespace) =>
          goOperator.start({ ...env, WATCH_NAMESPACES: namespace }),
        )
      : undefined;
  return [bare, plain, go].filter((one) => one !== undefined);
}

async function createFilledTenant(stage: Stage, connectors: number): Promise<Tenant> {
  const tenant = await createTenant(stage);
  await tenant.createSecrets(connectors);
  await tenant.createConnectors(connectors);
  return tenant;
}

async function runBareTenant(
  stage: Stage,
  connectors: number,
  progress: (text: string) => void,
): Promise<RunYardstick> {
  const tenant = await createFilledTenant(stage, connectors);
  return {
    name: 'bare',
    created: await runBareClient(stage, tenant, 'create', progress),
    async remove() {
      await tenant.deleteConnectors(connectors);
      return await runBareClient(stage, tenant, 'delete', progress);
    },
    stop: async () => undefined,
  };
}

async function runOperator(
  stage: Stage,
  name: Yardstick,
  connectors: number,
  progress: (text: string) => void,
  start: (namespace: string) => Subject,
): Promise<RunYardstick> {
  const tenant = await createFilledTenant(stage, connectors);
  progress(`create: ${WORDS[name]}`);
  const { cost, subject } = await measure(stage, () => start(tenant.namespace), allReady(tenant, connectors));
  return {
    name,
    created: cost,
    async remove() {
      progress(`delete: ${WORDS[name]}`);
      return (await measure(stage, subject, deleteAll(tenant, connectors))).cost;
    },
    stop: () => subject.stop(),
  };
}

async function runBareClient(
  stage: Stage,
  { namespace }: Tenant,
  work: 'create' | 'delete',
  progress: (text: string) => void,
): Promise<Cost> {
  progress(`${work}: ${WORDS.bare}`);
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

/** Deletes all connectors and waits until none is left. Fails when the program ends before. */
function deleteAll(tenant: Tenant, count: number): (subject: Subject) => Promise<void> {
  return async (subject) => {
    await tenant.deleteConnectors(count);
    const isDone = async (): Promise<boolean> => (await tenant.progress()).all === 0;
    await orEnded(subject, until(isDone, LIMIT_MS, 'The end of all connectors'));
  };
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
    throw new Error(`The program ended with ${code}:\n${subject.lastOutput()}`);
  }
}
