import type { ControlPlaneSource } from '../test/support/controlplane/sources.ts';
import type { BenchOptions } from './options.ts';
import type { RunResult } from './scenarios/result.ts';
import { runScenarios } from './scenarios/scenarios.ts';
import { startStage } from './stage/stage.ts';
import type { GoOperator } from './subjects/go-operator.ts';

/** All runs, and the servers and programs that they ran on. */
export interface BenchResult {
  readonly where: string;
  readonly runs: readonly RunResult[];
}

/** Measures all scenarios for each number of connectors, in each run. */
export async function runBench(
  source: ControlPlaneSource,
  options: BenchOptions,
  goOperator: GoOperator,
  print: (text: string) => void,
): Promise<BenchResult> {
  const runs: RunResult[] = [];
  let where = '';
  for (let run = 1; run <= options.runs; run += 1) {
    for (const connectors of options.connectors) {
      // A new control plane each time, so that no run finds the objects of another.
      const stage = await startStage(source, options.latencyMs);
      where = `${stage.plane.name} ${stage.plane.version}, Node ${process.version}, ${process.arch}`;
      const label = `run ${run} of ${options.runs}, ${connectors} connectors`;
      const progress = (text: string): void => print(`${label}: ${text}`);
      try {
        runs.push(await runScenarios({ stage, options, connectors, goOperator, progress }));
      } finally {
        await stage.stop();
      }
    }
  }
  return { where, runs };
}
