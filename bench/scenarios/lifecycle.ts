import { setTimeout as delay } from 'node:timers/promises';
import { measure } from '../measure/measure.ts';
import type { Stage } from '../stage/stage.ts';
import { createTenant } from '../stage/tenant.ts';
import { type Subject, startBareClient, startPlainOperator } from '../subjects/subject.ts';
import {
  createFilledTenant,
  goOperatorOf,
  type Program,
  type ScenarioContext,
  startOperatorFor,
} from './context.ts';
import { type CostScenario, WORDS, type Yardstick } from './names.ts';
import type { Cost, ScenarioResult } from './result.ts';
import { allReady, deleteAll, settledAgain } from './waits.ts';

/** The listing of an account happens several times while the operator is idle. */
const LISTING = { INVENTORY_INTERVAL: '10s' };

/** The costs of a life from creation to deletion, by scenario: each program works on a tenant of its own. */
export async function measureLifecycle(context: ScenarioContext): Promise<readonly ScenarioResult[]> {
  const { stage, connectors, progress } = context;
  const { scenarios, hasYardsticks, foreignSecrets, idleSeconds } = context.options;
  const tenant = await createTenant(stage);
  progress('Creating Secrets and connectors');
  await tenant.createSecrets(connectors);
  await tenant.createForeignSecrets(foreignSecrets);
  // One after the other: a program that waits still answers watches, and takes time from the measured one.
  const yardsticks = hasYardsticks ? await runYardsticks(context, scenarios.includes('delete')) : [];
  const start = (): Subject => startOperatorFor(context, tenant.namespace, LISTING);
  await tenant.createConnectors(connectors);

  const results: ScenarioResult[] = [];
  const add = (scenario: CostScenario, operator: Cost, costs: ScenarioResult['yardsticks'] = {}): void => {
    if (scenarios.includes(scenario)) {
      results.push({ scenario, connectors, operator, yardsticks: costs });
    }
  };
  progress('create: the operator');
  const first = await measure(stage, start, allReady(stage, tenant, connectors));
  add('create', first.cost, Object.fromEntries(yardsticks.map(({ name, created }) => [name, created])));

  if (scenarios.includes('idle')) {
    progress('idle');
    add('idle', (await measure(stage, first.subject, () => delay(idleSeconds * 1_000))).cost);
  }
  await first.subject.stop();
  if (!scenarios.includes('restart') && !scenarios.includes('delete')) {
    return results;
  }

  progress('restart');
  const second = await measure(stage, start, settledAgain(stage));
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
  context: ScenarioContext,
  withDeletions: boolean,
): Promise<readonly YardstickCosts[]> {
  const { stage, connectors, progress } = context;
  const work: YardstickWork = { stage, connectors, withDeletions, progress };
  const plain: Program<Yardstick> = {
    name: 'plain',
    start: (namespace) => startPlainOperator(namespace, stage.environment),
  };
  const costs = [await runBareClient(work)];
  for (const program of [plain, ...goOperatorOf(context)]) {
    costs.push(await runOperator(work, program));
  }
  return costs;
}

interface YardstickWork {
  readonly stage: Stage;
  readonly connectors: number;
  readonly withDeletions: boolean;
  readonly progress: (text: string) => void;
}

async function runBareClient({
  stage,
  connectors,
  withDeletions,
  progress,
}: YardstickWork): Promise<YardstickCosts> {
  const tenant = await createFilledTenant(stage, connectors);
  const run = async (work: 'create' | 'delete', before?: () => Promise<void>): Promise<Cost> => {
    progress(`${work}: ${WORDS.bare}`);
    const start = () => startBareClient(work, tenant.namespace, stage.environment);
    return (await measure(stage, start, succeeded, before)).cost;
  };
  const created = await run('create');
  if (!withDeletions) {
    return { name: 'bare', created, deleted: undefined };
  }
  // As that of the operators, the time includes the deletions of the load generator.
  const deleted = await run('delete', () => tenant.deleteConnectors(connectors));
  return { name: 'bare', created, deleted };
}

async function runOperator(
  { stage, connectors, withDeletions, progress }: YardstickWork,
  { name, start }: Program<Yardstick>,
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
