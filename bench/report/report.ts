import { isCostScenario, type ScenarioName } from '../scenarios/names.ts';
import type { FaultResult, RunResult, Timing } from '../scenarios/result.ts';
import { renderCosts } from './cost-table.ts';
import { renderFaults } from './fault-table.ts';
import { type Row, rowsOf } from './medians.ts';
import { mergeTimings, renderTimings } from './timing-table.ts';

/** The numbers of all runs: medians of costs, all samples of times, the faults of each run. */
export interface Report {
  readonly rows: readonly Row[];
  readonly timings: readonly Timing[];
  readonly faults: readonly FaultResult[];
}

export function reportOf(runs: readonly RunResult[]): Report {
  return {
    rows: rowsOf(runs.map(({ costs }) => costs)),
    timings: mergeTimings(runs.flatMap(({ timings }) => timings)),
    faults: runs.flatMap(({ faults }) => faults),
  };
}

/** A table for each of the scenarios, in Markdown. */
export function renderReport(scenarios: readonly ScenarioName[], report: Report): string {
  return scenarios.map((scenario) => `${scenario}\n\n${tableOf(scenario, report)}`).join('\n');
}

function tableOf(scenario: ScenarioName, { rows, timings, faults }: Report): string {
  if (isCostScenario(scenario)) {
    return renderCosts(
      scenario,
      rows.filter((row) => row.scenario === scenario),
    );
  }
  return scenario === 'faults'
    ? renderFaults(faults)
    : renderTimings(timings.filter((timing) => timing.scenario === scenario));
}
