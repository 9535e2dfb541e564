import type { KubeCalls } from '../../test/support/controlplane/kube-calls.ts';
import type { CostScenario, ProgramName, ScenarioName, Yardstick } from './names.ts';

/** What one program needed for a scenario. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssMiB: number;
  /** Memory at the end. */
  readonly rssMiB: number;
  /** Of the memory after the first half minute; `undefined` where it took less than a minute. */
  readonly growthMiBPerMinute: number | undefined;
  readonly kubeCalls: KubeCalls;
  /** Calls of Open Connectors by operation. */
  readonly externalCalls: ReadonlyMap<string, number>;
}

/** A scenario with the operator's cost and, where there are some, those of the yardsticks in the same run. */
export interface ScenarioResult {
  readonly scenario: CostScenario;
  readonly connectors: number;
  readonly operator: Cost;
  /** Without those that did not run. */
  readonly yardsticks: Partial<Record<Yardstick, Cost>>;
}

/** Times from an event to the first call of Open Connectors that follows from it. */
export interface Timing {
  readonly scenario: ScenarioName;
  readonly connectors: number;
  readonly event: string;
  readonly program: ProgramName;
  readonly samplesMs: readonly number[];
}

/** What is left when creations met faults. */
export interface FaultResult {
  readonly connectors: number;
  readonly program: ProgramName;
  readonly wallMs: number;
  readonly ready: number;
  /** Connectors that request a new code. */
  readonly asking: number;
  /** Instances that the status of no connector names. */
  readonly orphans: number;
  /** Codes that a program sent again although the first request may have been processed. */
  readonly codesSentTwice: number;
}

/** All numbers of one run. */
export interface RunResult {
  readonly costs: readonly ScenarioResult[];
  readonly timings: readonly Timing[];
  readonly faults: readonly FaultResult[];
}
