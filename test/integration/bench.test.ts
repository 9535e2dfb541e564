import { describe, expect, it } from 'vitest';
import { readOptions } from '../../bench/options.ts';
import { renderReport, reportOf } from '../../bench/report/report.ts';
import { type BenchResult, runBench } from '../../bench/run.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../../bench/scenarios/names.ts';
import type { Timing } from '../../bench/scenarios/result.ts';
import { controlPlanes } from '../support/controlplane/sources.ts';
import { ELECTION } from '../support/workbench/election.ts';

const COUNT = 3;
const SETTINGS = { ...ELECTION, CREATE_DEADLINE: '5s', SEARCH_GRACE: '3s' };

/** Runs scenarios with three connectors on the embedded API server, without the operator in Go. */
async function run(scenarios: readonly ScenarioName[]): Promise<BenchResult & { readonly text: string }> {
  const [embedded] = controlPlanes({});
  const flags = ['--connectors', String(COUNT), '--latency-ms', '0', '--samples', '1', '--idle-seconds', '1'];
  const options = readOptions([
    ...flags,
    ...scenarios.flatMap((name) => ['--scenario', name]),
    ...Object.entries(SETTINGS).flatMap(([name, value]) => ['--setting', `${name}=${value}`]),
  ]);
  if (embedded === undefined || options === undefined) {
    throw new Error('there is no embedded API server, or the options ask for help');
  }
  const withoutGo = { state: 'skipped', reason: 'its build takes minutes' } as const;
  const lines: string[] = [];
  const result = await runBench(embedded, options, withoutGo, (line) => lines.push(line));
  expect(lines).not.toEqual([]);
  return { ...result, text: renderReport(options.scenarios, reportOf(result.runs)) };
}

/** Event, program and number of positive samples. */
function shapeOf({ event, program, samplesMs }: Timing): readonly [string, string, number] {
  return [event, program, samplesMs.filter((value) => value > 0).length];
}

/** The numbers exist; how large they are is the benchmark's own business. */
describe('the benchmark', () => {
  it('measures the costs of a life beside its yardsticks', async () => {
    const { runs, text } = await run(['create', 'idle', 'restart', 'delete']);
    const costs = runs.flatMap((one) => one.costs);
    expect(costs.map(({ scenario, yardsticks }) => [scenario, Object.keys(yardsticks)])).toEqual([
      ['create', ['bare', 'plain']],
      ['idle', []],
      ['restart', []],
      ['delete', ['bare', 'plain']],
    ]);
    const created = costs.flatMap(({ scenario, operator, yardsticks: { bare, plain } }) =>
      scenario === 'create' ? [operator, bare, plain] : [],
    );
    expect(created.map((cost) => cost?.externalCalls.get('createInstance'))).toEqual([COUNT, COUNT, COUNT]);
    for (const { scenario, operator } of costs) {
      // An idle second may take less than a tick of the kernel's accounting.
      const cpuMs = scenario === 'idle' ? [] : [operator.cpuMs];
      const values = [operator.wallMs, operator.rssMiB, operator.peakRssMiB, ...cpuMs];
      expect(Math.min(...values)).toBeGreaterThan(0);
    }
    expect(text).toContain('| writes/each |');
  });

  it.each([
    {
      scenario: 'start',
      expected: [
        ['start', 'operator', 1],
        ['start', 'bare', 1],
      ],
    },
    {
      scenario: 'reaction',
      expected: [
        ['edit', 'operator', 1],
        ['Secret', 'operator', 1],
        ['new', 'operator', 1],
      ],
    },
    { scenario: 'trigger', expected: [['edit', 'operator', 1]] },
    {
      scenario: 'failover',
      expected: [
        ['crash', 'operator', 1],
        ['clean exit', 'operator', 1],
      ],
    },
  ] as const)('measures the times of $scenario', async ({ scenario, expected }) => {
    const { runs, text } = await run([scenario]);
    expect(runs.flatMap(({ timings }) => timings.map(shapeOf))).toEqual(expected);
    expect(text).toContain('| p50 ms |');
  });

  it('counts what is left of creations that met faults', async () => {
    const { runs, text } = await run(['faults']);
    expect(runs.flatMap(({ faults }) => faults.map(({ ready, asking }) => ready + asking))).toEqual([COUNT]);
    expect(runs.flatMap(({ faults }) => faults)).toMatchObject([{ orphans: 0, codesSentTwice: 0 }]);
    expect(text).toContain('| codes sent twice |');
  });

  it('takes every scenario by default', () => {
    expect(readOptions([])?.scenarios).toEqual(SCENARIO_NAMES);
  });
});
