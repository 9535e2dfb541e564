import type { BenchOptions } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import { createTenant, type Tenant } from '../stage/tenant.ts';
import type { GoOperator } from '../subjects/go-operator.ts';
import { type Subject, startOperator } from '../subjects/subject.ts';
import type { ProgramName } from './names.ts';

/** What a scenario runs with. */
export interface ScenarioContext {
  readonly stage: Stage;
  readonly options: BenchOptions;
  readonly connectors: number;
  readonly goOperator: GoOperator;
  progress(text: string): void;
}

/** A program that works on the connectors of a namespace. */
export interface Program<Name extends ProgramName = ProgramName> {
  readonly name: Name;
  start(namespace: string): Subject;
}

const SETTINGS = { WORKERS: '10' };

/** The operator on the connectors of a namespace. */
export function startOperatorFor(
  { stage, options }: ScenarioContext,
  namespace: string,
  env: Readonly<Record<string, string>> = {},
): Subject {
  return startOperator(
    {
      ...stage.environment,
      ...SETTINGS,
      ...env,
      ...options.settings,
      WATCH_NAMESPACES: namespace,
      CLUSTER_ID: 'bench',
    },
    options.cpuProf,
    options.nodeFlags,
  );
}

/** The operator in Go, where it was built. */
export function goOperatorOf({ stage, goOperator }: ScenarioContext): readonly Program<'go'>[] {
  if (goOperator.state !== 'built') {
    return [];
  }
  const env = { ...stage.environment, ...SETTINGS };
  const start = (namespace: string): Subject => goOperator.start({ ...env, WATCH_NAMESPACES: namespace });
  return [{ name: 'go', start }];
}

/** The operator and, where it was built, the operator in Go. */
export function operatorsOf(context: ScenarioContext): readonly Program[] {
  return [
    { name: 'operator', start: (namespace) => startOperatorFor(context, namespace) },
    ...goOperatorOf(context),
  ];
}

/** A tenant with `count` connectors and their Secrets. */
export async function createFilledTenant(stage: Stage, count: number): Promise<Tenant> {
  const tenant = await createTenant(stage);
  await tenant.createSecrets(count);
  await tenant.createConnectors(count);
  return tenant;
}
