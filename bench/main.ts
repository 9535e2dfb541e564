import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { rowsOf } from './report/medians.ts';
import { renderPlot } from './report/plot.ts';
import { renderTable } from './report/table.ts';
import type { ScenarioResult } from './scenarios/result.ts';
import { runScenarios } from './scenarios/scenarios.ts';
import { startStage } from './stage/stage.ts';
import { buildGoOperator, type GoOperator } from './subjects/go-operator.ts';

const LEFT_OUT: GoOperator = { state: 'skipped', reason: 'left out by --alone' };

process.exitCode = await main();

async function main(): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    const text = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    process.stderr.write(`${text}\n${USAGE}\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const goOperator = options.hasYardsticks ? builtGoOperator() : LEFT_OUT;
  const runs: (readonly ScenarioResult[])[] = [];
  let where = '';
  for (let run = 1; run <= options.runs; run += 1) {
    for (const connectors of options.connectors) {
      // A new control plane each time, so that no run finds the objects of another.
      const stage = await startStage(options.latencyMs);
      where = `${stage.plane.name} ${stage.plane.version}, Node ${process.version}, ${process.arch}`;
      try {
        const label = `run ${run} of ${options.runs}, ${connectors} connectors`;
        const progress = (text: string): void => void process.stderr.write(`${label}: ${text}\n`);
        runs.push(await runScenarios(stage, options, connectors, goOperator, progress));
      } finally {
        await stage.stop();
      }
    }
  }
  const rows = rowsOf(runs);
  process.stdout.write(
    `${options.latencyMs} ms external latency, ${options.foreignSecrets} foreign Secrets, medians of ${options.runs}; ${where}\n\n${renderTable(rows)}`,
  );
  if (options.output !== undefined) {
    mkdirSync(options.output, { recursive: true });
    const text = JSON.stringify({ where, ...options, rows, runs }, plain, 2);
    writeFileSync(join(options.output, 'bench.json'), `${text}\n`);
    writeFileSync(join(options.output, 'bench.svg'), renderPlot(rows));
  }
  return 0;
}

function builtGoOperator(): GoOperator {
  process.stderr.write('Building the operator in Go\n');
  const goOperator = buildGoOperator();
  if (goOperator.state === 'skipped') {
    process.stderr.write(`Skipped the operator in Go: ${goOperator.reason}.\n`);
  }
  return goOperator;
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
