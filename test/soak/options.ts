import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** The options of a run. */
export interface SoakOptions {
  /** The seed of all random choices. */
  readonly seed: number;
  /** Length of the storm, without the calm after it. */
  readonly minutes: number;
  readonly connectors: number;
  readonly replicas: number;
  /** Maximum length of the calm. */
  readonly settleMinutes: number;
  /** Delay of each watch event between API server and operator. */
  readonly watchDelayMs: number;
  /** Whether replicas are killed. Without kills they live long enough to see whether their memory grows. */
  readonly kills: boolean;
  /** Whether every connector gets a trace, not only those with findings. */
  readonly traceAll: boolean;
}

export const USAGE = `npm run soak -- [--seed N] [--minutes M] [--connectors K] [--replicas R] [--settle-minutes M] [--watch-delay-ms D] [--no-kills] [--trace-all]

Storms over operator replicas, then checks that nothing was lost. KUBEBUILDER_ASSETS names the folder of a real etcd and
kube-apiserver; without it the embedded API server is used. Exit codes: 0 nothing lost, 1 something lost, 2 wrong usage.`;

const number = (shape: z.ZodNumber) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(shape)
    .optional();

const flagsSchema = z.object({
  seed: number(z.number().int().max(0xffff_ffff)),
  // The token of the operator's service account is valid for an hour.
  minutes: number(z.number().positive().max(40)),
  connectors: number(z.number().int().min(1).max(200)),
  replicas: number(z.number().int().min(1).max(5)),
  'settle-minutes': number(z.number().positive().max(15)),
  'watch-delay-ms': number(z.number().int().max(30_000)),
});

/** Parses the command line. Throws if it is invalid; `undefined` for --help. */
export function readOptions(args: readonly string[]): SoakOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      minutes: text,
      connectors: text,
      replicas: text,
      'settle-minutes': text,
      'watch-delay-ms': text,
      'no-kills': { type: 'boolean', default: false },
      'trace-all': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const flags = flagsSchema.parse(values);
  return {
    seed: flags.seed ?? randomInt(1, 1_000_000),
    minutes: flags.minutes ?? 2,
    connectors: flags.connectors ?? 8,
    replicas: flags.replicas ?? 2,
    settleMinutes: flags['settle-minutes'] ?? 5,
    kills: !values['no-kills'],
    traceAll: values['trace-all'],
    watchDelayMs: flags['watch-delay-ms'] ?? 2_500,
  };
}
