import type { Random } from '../../../src/runtime/random.ts';
import { derivedRandom, pick } from '../seeds.ts';

/** The operations on a connector with their relative frequencies. */
const OPERATION_WEIGHTS = {
  rename: 4,
  'change tags': 4,
  'change configuration': 4,
  'enable or disable': 4,
  'change driftPolicy': 1,
  'change connector': 3,
  'rename connection Secret': 3,
  'change accountRef': 2,
  'rotate client_secret': 3,
  'rotate client_id': 2,
  'rotate encrypted key': 2,
  'store a new code': 2,
  delete: 2,
  'delete and re-create': 3,
  're-create': 1,
  drift: 6,
  'remove the instance': 3,
  'take the instance over': 5,
} as const;

export type OperationName = keyof typeof OPERATION_WEIGHTS;

export const OPERATION_NAMES = Object.keys(OPERATION_WEIGHTS) as readonly OperationName[];

/** One operation, `at` milliseconds after the start of the storm. `seed` determines its details. */
export type Planned =
  | {
      readonly kind: 'operation';
      readonly at: number;
      readonly name: OperationName;
      readonly subject: number;
      readonly seed: number;
    }
  | { readonly kind: 'rotate account'; readonly at: number; readonly tenant: number; readonly seed: number }
  | { readonly kind: 'fault'; readonly at: number; readonly seed: number }
  | { readonly kind: 'ambush'; readonly at: number; readonly seed: number }
  | { readonly kind: 'kill'; readonly at: number; readonly replica: number };

export interface ScheduleOptions {
  readonly seed: number;
  readonly lengthMs: number;
  readonly connectors: number;
  readonly replicas: number;
  readonly tenants: number;
}

/** Mean time between two operations on one connector, milliseconds. */
const OPERATION_MS = 10_000;
const FAULT_MS = 1_200;
const ACCOUNT_MS = 30_000;
const AMBUSH_MS = 6_000;

/** The schedule of a storm in chronological order, the same for the same options. */
export function scheduleStorm(options: ScheduleOptions): readonly Planned[] {
  const { seed, lengthMs, connectors, replicas, tenants } = options;
  const series = (purpose: string, gapMs: (random: Random) => number, plan: Planner): Planned[] => {
    const random = derivedRandom(seed, purpose);
    const planned: Planned[] = [];
    for (let at = gapMs(random); at < lengthMs; at += gapMs(random)) {
      planned.push(plan(random, Math.round(at)));
    }
    return planned;
  };
  const names = OPERATION_NAMES.flatMap((name) => Array<OperationName>(OPERATION_WEIGHTS[name]).fill(name));
  return [
    ...series('operations', exponential(OPERATION_MS / connectors), (random, at) => ({
      kind: 'operation',
      at,
      name: pick(random, names),
      subject: index(random, connectors),
      seed: index(random, 0x1_0000_0000),
    })),
    ...series('faults', exponential(FAULT_MS), (random, at) => ({
      kind: 'fault',
      at,
      seed: index(random, 0x1_0000_0000),
    })),
    ...series('ambushes', exponential(AMBUSH_MS), (random, at) => ({
      kind: 'ambush',
      at,
      seed: index(random, 0x1_0000_0000),
    })),
    ...series('accounts', exponential(ACCOUNT_MS), (random, at) => ({
      kind: 'rotate account',
      at,
      tenant: index(random, tenants),
      seed: index(random, 0x1_0000_0000),
    })),
    ...series('kills', between(4_000, 10_000), (random, at) => ({
      kind: 'kill',
      at,
      replica: index(random, replicas),
    })),
  ].sort((left, right) => left.at - right.at);
}

type Planner = (random: Random, at: number) => Planned;

const index = (random: Random, count: number): number => Math.floor(random.fraction() * count);

const exponential =
  (meanMs: number) =>
  (random: Random): number =>
    -Math.log(1 - random.fraction()) * meanMs;

const between =
  (leastMs: number, mostMs: number) =>
  (random: Random): number =>
    leastMs + random.fraction() * (mostMs - leastMs);
