import type { Random } from '../../../src/runtime/random.ts';
import { derivedRandom, pick } from '../../soak/seeds.ts';
import { OPERATION_NAMES, type OperationName } from '../../soak/storm/schedule.ts';
import { FOCUS_NAMES, FOCUSES, type FocusName } from './focus.ts';
import { FAULT_NAMES, type FaultName } from './menu.ts';

/** What happens during a call: an operation of a user on its connector, or a kill of the process. */
export type Reaction = OperationName | 'kill';

/** How hostile a run is; drawn from its seed. */
export interface Profile {
  readonly focus: FocusName;
  readonly connectors: number;
  readonly replicas: number;
  readonly stormMs: number;
  /** Operations of users in the storm. */
  readonly operations: number;
  /** The operations to draw from. */
  readonly operationMenu: readonly OperationName[];
  /** Part of the requests that fail, 0 to 1. */
  readonly faults: number;
  /** The faults to draw from. */
  readonly faultMenu: readonly FaultName[];
  /** Calls that matter most: those with a credential, or listings of the account. */
  readonly aim: 'credentials' | 'listings';
  /** Part of them that fail, besides `faults`. */
  readonly aimedFaults: number;
  readonly aimedFaultMenu: readonly FaultName[];
  /** Part of them during or after which something happens. */
  readonly reactions: number;
  readonly reactionMenu: readonly Reaction[];
  /** Part of the requests at which their process is killed. */
  readonly crashes: number;
  /** Part of the steps of a reconcile at which their process is paused; only with several replicas. */
  readonly pauses: number;
  /** Part of the timers at which their process is killed. */
  readonly timerCrashes: number;
  /** Longest way of a request, milliseconds. */
  readonly latencyMs: number;
  /** Longest delay of the events of a watch, milliseconds. */
  readonly watchDelayMs: number;
  /** How long listings of Open Connectors lag behind, milliseconds. */
  readonly listLagMs: number;
}

/** The profile of a seed: a random part of all faults and operations, and what its focus makes likely. */
export function profileOf(seed: number): Profile {
  const random = derivedRandom(seed, 'profile');
  const focus = pick(random, FOCUS_NAMES);
  const crashes = pick(random, [0, 0.005, 0.02]);
  return {
    focus,
    connectors: pick(random, [1, 1, 2, 3]),
    replicas: pick(random, [1, 1, 2]),
    stormMs: between(random, 60_000, 150_000),
    operations: between(random, 1, 12),
    operationMenu: some(random, OPERATION_NAMES),
    faults: pick(random, [0, 0.02, 0.05, 0.15]),
    faultMenu: some(random, FAULT_NAMES),
    aimedFaults: pick(random, [0, 0, 0.3]),
    aimedFaultMenu: some(random, FAULT_NAMES),
    reactions: pick(random, [0, 0, 0.3]),
    aim: 'credentials',
    reactionMenu: some(random, [...OPERATION_NAMES, 'kill']),
    crashes,
    pauses: crashes * 4,
    timerCrashes: pick(random, [0, 0, 0.002]),
    latencyMs: pick(random, [5, 50, 400]),
    watchDelayMs: pick(random, [10, 2_500, 15_000]),
    listLagMs: pick(random, [0, 0, 1_500]),
    ...FOCUSES[focus],
  };
}

/** All of them in some seeds, and in the others a random half, so that its members meet more often. */
function some<T extends NonNullable<unknown>>(random: Random, all: readonly T[]): readonly T[] {
  if (random.fraction() < 0.3) {
    return all;
  }
  const half = all.filter(() => random.fraction() < 0.5);
  return half.length > 0 ? half : [pick(random, all)];
}

function between(random: Random, least: number, most: number): number {
  return Math.round(least + random.fraction() * (most - least));
}
