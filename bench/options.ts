import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios/names.ts';

/** The options of a run. */
export interface BenchOptions {
  /** Each number is measured on a control plane of its own, in ascending order. */
  readonly connectors: readonly number[];
  /** Secrets that no connector references, in the operator's namespace of connectors. */
  readonly foreignSecrets: number;
  /** Latency of Open Connectors, milliseconds. */
  readonly latencyMs: number;
  readonly scenarios: readonly ScenarioName[];
  /** Runs of each scenario; the table shows the medians. */
  readonly runs: number;
  /** Folder for `bench.json` and the plot; absent: none is written. */
  readonly output: string | undefined;
  /** Folder for CPU profiles of the operator, one for each start; absent: none is taken. */
  readonly cpuProf: string | undefined;
  /** Whether the yardsticks run beside the operator. */
  readonly hasYardsticks: boolean;
  /** Samples of a time in each run; absent: as many as the scenario takes. */
  readonly samples: number | undefined;
  /** How long an unchanged operator is watched. */
  readonly idleSeconds: number;
  /** Further settings of the operator, as environment variables. */
  readonly settings: Readonly<Record<string, string>>;
  /** Further flags of Node.js for the operator. */
  readonly nodeFlags: readonly string[];
}

export const USAGE = `npm run bench -- [--connectors N]... [--foreign-secrets M] [--latency-ms L] [--scenario NAME]... [--runs R] [--output DIR]
                 [--samples S] [--idle-seconds I] [--cpu-prof DIR] [--alone] [--node-flag FLAG]... [--setting NAME=VALUE]...

Measures the bundled operator, and beside it a bare client that makes only the necessary calls and, where Go is installed,
an operator in Go (controller-runtime). KUBEBUILDER_ASSETS names
the folder of a real etcd and kube-apiserver; without it the embedded API server is used, whose numbers are no evidence
of time. --alone leaves out the other programs; --node-flag starts the operator with a further flag of Node.js,
--setting with a further setting. --samples is the number of times that start, reaction, trigger and failover measure
(default: 5, 30, 100, 3). Scenarios: ${SCENARIO_NAMES.join(', ')} (default: all). Exit codes: 0 done, 1 failed, 2 wrong usage.`;

const whole = (least: number, most: number, initial: number) =>
  z.coerce.number().int().min(least).max(most).default(initial);

const flagsSchema = z.object({
  connectors: z.array(z.coerce.number().int().min(1).max(10_000)).default([200]),
  'foreign-secrets': whole(0, 100_000, 0),
  'latency-ms': whole(0, 10_000, 50),
  runs: whole(1, 20, 1),
  scenario: z.array(z.enum(SCENARIO_NAMES)).default([...SCENARIO_NAMES]),
  output: z.string().optional(),
  'cpu-prof': z.string().optional(),
  'node-flag': z.array(z.string()).default([]),
  samples: z.coerce.number().int().min(1).max(1_000).optional(),
  'idle-seconds': whole(1, 3_600, 20),
  setting: z.array(z.string().regex(/^[A-Z_]+=/)).default([]),
});

/** Parses the command line; `undefined` for `--help`. Throws for a wrong one. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      connectors: { type: 'string', multiple: true },
      'foreign-secrets': text,
      'latency-ms': text,
      runs: text,
      scenario: { type: 'string', multiple: true },
      output: text,
      'cpu-prof': text,
      'node-flag': { type: 'string', multiple: true },
      samples: text,
      'idle-seconds': text,
      setting: { type: 'string', multiple: true },
      alone: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const flags = flagsSchema.parse(values);
  return {
    connectors: flags.connectors.toSorted((a, b) => a - b),
    foreignSecrets: flags['foreign-secrets'],
    latencyMs: flags['latency-ms'],
    scenarios: flags.scenario,
    runs: flags.runs,
    output: flags.output,
    cpuProf: flags['cpu-prof'],
    hasYardsticks: !values.alone,
    nodeFlags: flags['node-flag'],
    samples: flags.samples,
    idleSeconds: flags['idle-seconds'],
    settings: Object.fromEntries(
      flags.setting.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
    ),
  };
}
