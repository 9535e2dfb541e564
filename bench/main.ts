import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { renderPlot } from './report/plot.ts';
import { renderReport, reportOf } from './report/report.ts';
import { runBench } from './run.ts';
import { bestControlPlane } from './stage/stage.ts';
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
  const { where, runs } = await runBench(bestControlPlane(), options, goOperator, (text) => {
    process.stderr.write(`${text}\n`);
  });
  const report = reportOf(runs);
  process.stdout.write(
    `${options.latencyMs} ms external latency, ${options.foreignSecrets} foreign Secrets, ${options.runs} runs; ${where}\n\n${renderReport(options.scenarios, report)}`,
  );
  if (options.output !== undefined) {
    mkdirSync(options.output, { recursive: true });
    const text = JSON.stringify({ where, ...options, ...report, runs }, plain, 2);
    writeFileSync(join(options.output, 'bench.json'), `${text}\n`);
    writeFileSync(join(options.output, 'bench.svg'), renderPlot(report.rows));
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
