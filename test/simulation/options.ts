import { parseArgs } from 'node:util';

/** What `npm run simulate` was asked for. */
export interface SimulateOptions {
  readonly from: number;
  readonly to: number;
  /** Print the trace of each run. */
  readonly trace: boolean;
  /** Stop at the first broken run. */
  readonly untilBroken: boolean;
  /** The name of the defect to have. */
  readonly defect: string | undefined;
}

export const USAGE = `npm run simulate -- --seed N              one run, with its trace
npm run simulate -- --seeds A..B           many runs, with a progress line
npm run simulate -- --seeds A..B --defect "code twice"   until the defect is found
`;

/** `undefined` for wrong usage. */
export function parseOptions(argv: readonly string[]): SimulateOptions | undefined {
  const values = valuesOf(argv);
  const range = /^(\d+)\.\.(\d+)$/.exec(values?.seeds ?? '');
  const seed = /^\d+$/.exec(values?.seed ?? '');
  if (values === undefined || (range === null) === (seed === null)) {
    return undefined;
  }
  const { defect } = values;
  const [from, to] = seed === null ? [range?.[1], range?.[2]] : [seed[0], seed[0]];
  return {
    from: Number(from),
    to: Number(to),
    trace: seed !== null,
    untilBroken: defect !== undefined,
    defect,
  };
}

function valuesOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { seed: { type: 'string' }, seeds: { type: 'string' }, defect: { type: 'string' } },
    }).values;
  } catch {
    return undefined; // An unknown option.
  }
}
