import type { KubeCalls } from '../../test/support/controlplane/kube-calls.ts';
import type { ScenarioName, Yardstick } from './names.ts';

/** What one program needed for a scenario. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssMiB: number;
  readonly kubeCalls: KubeCalls;
  /** Calls of Open Connectors by operation. */
  readonly externalCalls: ReadonlyMap<string, number>;
}

/** A scenario with the operator's cost and, where there are some, those of the yardsticks in the same run. */
export interface ScenarioResult {
  readonly scenario: ScenarioName;
  readonly connectors: number;
  readonly operator: Cost;
  /** Without those that did not run. */
  readonly yardsticks: Partial<Record<Yardstick, Cost>>;
}
