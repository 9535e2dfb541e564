import { parseArgs } from 'node:util';

/** A part of the runs, for several processes. */
interface Shard {
  readonly part: number;
  readonly of: number;
}

/** What `npm run simulate` was asked for. */
export type SimulateOptions =
  | {
      readonly kind: 'seeds';
      readonly from: number;
      readonly to: number;
      /** Print the trace of each run. */
      readonly trace: boolean;
      /** The name of the defect to have; the first broken run ends the search. */
      readonly defect: string | undefined;
      /** Only seeds with this focus. */
      readonly focus: string | undefined;
      /** Whether the operator is ended and started with the state of the release before. */
      readonly upgrades: boolean;
      /** Every `of`th seed alone, beginning with the seed `part` (from 1). */
      readonly shard: Shard;
    }
  | {
      readonly kind: 'points';
      readonly crashesOnly: boolean;
      readonly scenario: string | undefined;
      /** Every `of`th point of each scenario, beginning with the point `part` (from 1). */
      readonly shard: Shard;
    }
  | { readonly kind: 'mutations'; readonly field: string | undefined }
  | { readonly kind: 'walks' | 'shards'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'consents';
      readonly from: number;
      readonly to: number;
      /** The name of the defect to have; the first broken run ends the search. */
      readonly defect: string | undefined;
    }
  | { readonly kind: 'defects'; readonly to: number }
  | { readonly kind: 'prove' };

export const USAGE = `npm run simulate -- --seed N                              one run with its trace
npm run simulate -- --seeds A..B                          many runs, with a progress line
npm run simulate -- --seeds A..B --defect "code twice"    until the defect is found
npm run simulate -- --seeds A..B --focus "late commits"   only the seeds with this focus
npm run simulate -- --seeds A..B --shard 1/2              every second seed, for two processes
npm run simulate -- --seeds A..B --upgrades               with upgrades from the release before
npm run simulate -- --points [--crashes] [--scenario S]   each crash point and fault of each change
npm run simulate -- --mutate [--field spec.suspend]       each field to other values and back
npm run simulate -- --walks A..B                          some fields, one after the other, and all back
npm run simulate -- --shards A..B                         two operators with disjoint label selectors
npm run simulate -- --consents A..B                       people who use the consent pages
npm run simulate -- --consents A..B --defect "state used twice"  until the defect is found
npm run simulate -- --prove                               each defect, from its recorded seed on
npm run simulate -- --defects N                           table of all defects, with at most N seeds each
`;

const WHOLE = { part: 1, of: 1 } as const;

/** `undefined` for wrong usage. */
export function parseOptions(argv: readonly string[]): SimulateOptions | undefined {
  const values = valuesOf(argv);
  if (values === undefined) {
    return undefined;
  }
  const {
    seed = '',
    seeds = '',
    defect,
    focus,
    upgrades = false,
    points,
    crashes,
    scenario,
    defects = '',
    prove,
    mutate,
    walks = '',
    shards = '',
    consents = '',
    field,
  } = values;
  const shard = shardOf(values.shard ?? '1/1');
  if (prove === true) {
    return { kind: 'prove' };
  }
  if (points === true) {
    return shard && { kind: 'points', crashesOnly: crashes === true, scenario, shard };
  }
  if (mutate === true) {
    return { kind: 'mutations', field };
  }
  const walkRange = rangeOf(walks);
  if (walkRange !== undefined) {
    return { kind: 'walks', ...walkRange };
  }
  const shardRange = rangeOf(shards);
  if (shardRange !== undefined) {
    return { kind: 'shards', ...shardRange };
  }
  const consentRange = rangeOf(consents);
  if (consentRange !== undefined) {
    return { kind: 'consents', ...consentRange, defect };
  }
  if (/^\d+$/.test(defects)) {
    return { kind: 'defects', to: Number(defects) };
  }
  if (/^\d+$/.test(seed)) {
    const only = Number(seed);
    return {
      kind: 'seeds',
      from: only,
      to: only,
      trace: true,
      defect,
      focus: undefined,
      upgrades,
      shard: WHOLE,
    };
  }
  const range = rangeOf(seeds);
  return range && shard && { kind: 'seeds', ...range, trace: false, defect, focus, upgrades, shard };
}

/** `1..20`. */
function rangeOf(text: string): { readonly from: number; readonly to: number } | undefined {
  const range = /^(\d+)\.\.(\d+)$/.exec(text);
  return range === null ? undefined : { from: Number(range[1]), to: Number(range[2]) };
}

/** `1/2`. */
function shardOf(text: string): Shard | undefined {
  const shard = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text);
  return shard === null ? undefined : { part: Number(shard[1]), of: Number(shard[2]) };
}

function valuesOf(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seed: text,
        seeds: text,
        defect: text,
        focus: text,
        upgrades: flag,
        shard: text,
        points: flag,
        crashes: flag,
        scenario: text,
        defects: text,
        prove: flag,
        mutate: flag,
        field: text,
        walks: text,
        shards: text,
        consents: text,
      },
    }).values;
  } catch {
    return undefined; // An unknown option.
  }
}
