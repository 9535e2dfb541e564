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
  // One after the other: a program that waits still answers watches, and takes time from the measured one.
  const yardsticks = hasYardsticks
    ? await runYardsticks(stage, goOperator, connectors, env, scenarios.includes('delete'), progress)
    : [];
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
    allReady(stage, tenant, connectors),
  );
  add('create', first.cost, Object.fromEntries(yardsticks.map(({ name, created }) => [name, created])));

  if (scenarios.includes('idle')) {
    progress('idle');
    add('idle', (await measure(stage, first.subject, () => delay(IDLE_MS))).cost);
  }
  await first.subject.stop();
  if (!scenarios.includes('restart') && !scenarios.includes('delete')) {
    return results;
  }

  progress('restart');
  const second = await measure(stage, () => startOperator(watched, cpuProf, nodeFlags), settledAgain(stage));
  add('restart', second.cost);

  if (scenarios.includes('delete')) {
    progress('delete: the operator');
    const { cost } = await measure(stage, second.subject, deleteAll(stage, tenant, connectors));
    const removed = yardsticks.flatMap(({ name, deleted }) =>
      deleted === undefined ? [] : [[name, deleted] as const],
    );
    add('delete', cost, Object.fromEntries(removed));
  }
  await second.subject.stop();
  return results;
}

/** What a yardstick needed. */
interface YardstickCosts {
  readonly name: Yardstick;
  readonly created: Cost;
  /** Absent where deletions are not measured. */
  readonly deleted: Cost | undefined;
}

/** Each yardstick works on a namespace of its own, which the operator must not find. */
async function runYardsticks(
  stage: Stage,
  goOperator: GoOperator,
  connectors: number,
  env: Readonly<Record<string, string>>,
  withDeletions: boolean,
  progress: (text: string) => void,
): Promise<readonly YardstickCosts[]> {
  const work: YardstickWork = { stage, connectors, withDeletions, progress };
  const bare = await runBareClient(work);
  const plain = await runOperator(work, 'plain', (namespace) =>
    startPlainOperator(namespace, stage.environment),
  );
  const go =
    goOperator.state === 'built'
      ? [
          await runOperator(work, 'go', (namespace) =>
            goOperator.start({ ...env, WATCH_NAMESPACES: namespace }),
          ),
        ]
      : [];
  return [bare, plain, ...go];
}

interface YardstickWork {
  readonly stage: Stage;
  readonly connectors: number;
  readonly withDeletions: boolean;
  readonly progress: (text: string) => void;
}

async function createFilledTenant(stage: Stage, connectors: number): Promise<Tenant> {
  const tenant = await createTenant(stage);
  await tenant.createSecrets(connectors);
  await tenant.createConnectors(connectors);
  return tenant;
}

async function runBareClient({
  stage,
  connectors,
  withDeletions,
  progress,
}: YardstickWork): Promise<YardstickCosts> {
  const tenant = await createFilledTenant(stage, connectors);
  const run = async (work: 'create' | 'delete'): Promise<Cost> => {
    progress(`${work}: ${WORDS.bare}`);
    const start = () => startBareClient(work, tenant.namespace, stage.environment);
    return (await measure(stage, start, succeeded)).cost;
  };
  const created = await run('create');
  if (!withDeletions) {
    return { name: 'bare', created, deleted: undefined };
  }
  await tenant.deleteConnectors(connectors);
  return { name: 'bare', created, deleted: await run('delete') };
}

async function runOperator(
  { stage, connectors, withDeletions, progress }: YardstickWork,
  name: Yardstick,
  start: (namespace: string) => Subject,
): Promise<YardstickCosts> {
  const tenant = await createFilledTenant(stage, connectors);
  progress(`create: ${WORDS[name]}`);
  const { cost, subject } = await measure(
    stage,
    () => start(tenant.namespace),
    allReady(stage, tenant, connectors),
  );
  try {
    if (!withDeletions) {
      return { name, created: cost, deleted: undefined };
    }
    progress(`delete: ${WORDS[name]}`);
    const { cost: deleted } = await measure(stage, subject, deleteAll(stage, tenant, connectors));
    return { name, created: cost, deleted };
  } finally {
    await subject.stop();
  }
}

async function succeeded({ ended, lastOutput }: Subject): Promise<void> {
  const code = await ended;
  if (code !== 0) {
    throw new Error(`The bare client ended with ${code}:\n${lastOutput()}`);
  }
}

/** Until every connector is Ready. Fails when the program ends before. */
function allReady(stage: Stage, tenant: Tenant, count: number): (subject: Subject) => Promise<void> {
  const isDone = afterTheLastCall(stage, async () => (await tenant.progress()).ready === count);
  return (subject) => orEnded(subject, until(isDone, LIMIT_MS, `${count} Ready connectors`));
}

/** Deletes all connectors and waits until none is left. Fails when the program ends before. */
function deleteAll(stage: Stage, tenant: Tenant, count: number): (subject: Subject) => Promise<void> {
  return async (subject) => {
    const isDone = afterTheLastCall(stage, async () => (await tenant.progress()).all === 0);
    await tenant.deleteConnectors(count);
    await orEnded(subject, until(isDone, LIMIT_MS, 'The end of all connectors'));
  };
}

/**
 * `look` where the program has called Open Connectors, and did not since the last poll. A list of all connectors takes as
 * much of the API server as many calls of the program, and the slower program would pay for more of them.
 */
function afterTheLastCall({ simulator }: Stage, look: () => Promise<boolean>): () => Promise<boolean> {
  const atStart = simulator.ledger.entries().length;
  let last = atStart;
  return async () => {
    const now = simulator.ledger.entries().length;
    const isQuiet = now === last && now !== atStart;
    last = now;
    return isQuiet && (await look());
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
