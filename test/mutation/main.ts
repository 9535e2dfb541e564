import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { GATE_SCORE, GATE_SUITES, GATED } from './gate.ts';
import { readReport } from './report.ts';
import { readSummary, summarize, writeSummary } from './summary.ts';

const USAGE = `npm run mutation                         all mutants; results of an earlier run are used again
npm run mutation -- --mutate 'src/x/**'  a part; the summary keeps the rest
npm run mutation -- --gate               the files of test/mutation/gate.ts; fails below the recorded score`;

const root = dirname(dirname(import.meta.dirname));
const reports = join(root, 'reports', 'mutation');
const settings: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'stryker.config.json'), 'utf8'));

process.exitCode = main();

function main(): number {
  const { values } = parseArgs({
    options: {
      mutate: { type: 'string', multiple: true },
      gate: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (values.gate === true) {
    const thresholds = { high: 100, low: GATE_SCORE, break: GATE_SCORE };
    return stryker({ mutate: GATED, testFiles: GATE_SUITES, thresholds, incremental: false });
  }
  return measure(values.mutate === undefined ? {} : { mutate: values.mutate });
}

/**
 * Runs Stryker and records what it found. An interrupted run leaves a report without the mutants that it did not come to,
 * so that the results of earlier runs are replaced by those of a complete one only.
 */
function measure(change: Readonly<Record<string, unknown>>): number {
  const results = join(reports, 'incremental.json');
  const running = join(reports, 'running.json');
  rmSync(running, { force: true });
  if (existsSync(results)) {
    copyFileSync(results, running);
  }
  const status = stryker({ ...change, incrementalFile: running });
  if (status === 0) {
    renameSync(running, results);
    writeSummary(summarize(readReport(results), readSummary()));
  }
  return status;
}

/** Runs Stryker with the settings of the project and the given ones instead. Returns its exit status. */
function stryker(change: Readonly<Record<string, unknown>>): number {
  mkdirSync(reports, { recursive: true });
  const config = join(reports, 'stryker.config.json');
  writeFileSync(config, JSON.stringify({ ...Object(settings), ...change }, undefined, 2));
  const program = join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const { status } = spawnSync(process.execPath, [program, 'run', config], { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}
