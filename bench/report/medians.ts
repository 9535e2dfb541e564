import type { KubeCalls } from '../../test/support/controlplane/kube-calls.ts';
import { totalOf } from '../../test/support/controlplane/kube-calls.ts';
import { type CostScenario, YARDSTICKS, type Yardstick } from '../scenarios/names.ts';
import type { Cost, ScenarioResult } from '../scenarios/result.ts';
import { median } from './statistics.ts';

/** The numbers of a table row: medians over all runs, for each connector where the unit says so. */
export interface Figures {
  readonly wallMs: number;
  readonly cpuMsEach: number;
  readonly peakRssMiB: number;
  readonly rssMiB: number;
  /** `undefined` where no run was long enough. */
  readonly growthMiBPerMinute: number | undefined;
  readonly kubeCallsEach: number;
  readonly writesEach: number;
  readonly eventsEach: number;
  readonly secretReadsEach: number;
  readonly externalCallsEach: number;
}

/** A row of the table: the operator and the yardsticks. */
export interface Row {
  readonly scenario: CostScenario;
  readonly connectors: number;
  readonly operator: Figures;
  readonly yardsticks: Partial<Record<Yardstick, Figures>>;
}

/** The rows of all runs, in the order of numbers and scenarios. */
export function rowsOf(runs: readonly (readonly ScenarioResult[])[]): readonly Row[] {
  const kinds = new Map(
    runs.flat().map((result) => [`${result.connectors} ${result.scenario}`, result] as const),
  );
  return [...kinds.values()].map(({ scenario, connectors }) => {
    const same = runs
      .flat()
      .filter((result) => result.scenario === scenario && result.connectors === connectors);
    const yardsticks: Partial<Record<Yardstick, Figures>> = {};
    for (const name of YARDSTICKS) {
      const costs = same.flatMap((result) => result.yardsticks[name] ?? []);
      if (costs.length > 0) {
        yardsticks[name] = figuresOf(costs, connectors);
      }
    }
    const operator = figuresOf(
      same.map((result) => result.operator),
      connectors,
    );
    return { scenario, connectors, operator, yardsticks };
  });
}

function figuresOf(costs: readonly Cost[], connectors: number): Figures {
  const each = (value: (cost: Cost) => number): number => median(costs.map(value)) / connectors;
  const calls = (matches?: (kind: string) => boolean): number =>
    each(({ kubeCalls }: { readonly kubeCalls: KubeCalls }) => totalOf(kubeCalls, matches));
  const growths = costs.flatMap(({ growthMiBPerMinute }) => growthMiBPerMinute ?? []);
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    cpuMsEach: each(({ cpuMs }) => cpuMs),
    peakRssMiB: median(costs.map(({ peakRssMiB }) => peakRssMiB)),
    rssMiB: median(costs.map(({ rssMiB }) => rssMiB)),
    growthMiBPerMinute: growths.length === 0 ? undefined : median(growths),
    kubeCallsEach: calls(),
    writesEach: calls((kind) => !/^(get|list) | events$/.test(kind)),
    eventsEach: calls((kind) => kind.endsWith(' events')),
    secretReadsEach: calls((kind) => kind === 'get secrets'),
    externalCallsEach: each(({ externalCalls }) =>
      [...externalCalls.values()].reduce((sum, one) => sum + one, 0),
    ),
  };
}
