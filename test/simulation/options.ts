import { parseArgs } from 'node:util';

/** What `npm run simulate` was asked for. */
export interface SimulateOptions {
  readonly from: number;
  readonly to: number;
  /** Print the trace of each run. */
  readonly trace: boolean;
}

export const USAGE = `npm run simulate -- --seed N [--trace]   one run, with its trace
npm run simulate -- --seeds A..B         many runs, with a progress line
`;

/** `undefined` for wrong usage. */
export function parseOptions(argv: readonly string[]): SimulateOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { seed: { type: 'string' }, seeds: { type: 'string' } },
    });
    const range = /^(\d+)\.\.(\d+)$/.exec(values.seeds ?? '');
    const seed = /^\d+$/.exec(values.seed ?? '');
    if (seed !== null) {
      return { from: Number(seed[0]), to: Number(seed[0]), trace: true };
    }
    return range === null ? undefined : { from: Number(range[1]), to: Number(range[2]), trace: false };
  } catch {
    return undefined; // An unknown option; the caller prints the usage.
  }
}
