import type { Random } from '../../../src/runtime/random.ts';
import { derivedRandom, pick } from '../../soak/seeds.ts';

/** How hostile a run is; drawn from its seed. */
export interface Profile {
  readonly connectors: number;
  readonly replicas: number;
  readonly stormMs: number;
  /** Operations of users in the storm. */
  readonly operations: number;
  /** Part of the requests that fail, 0 to 1. */
  readonly faults: number;
  /** Part of the requests at which their process is killed. */
  readonly crashes: number;
  /** Part of the timers at which their process is killed. */
  readonly timerCrashes: number;
  /** Longest way of a request, milliseconds. */
  readonly latencyMs: number;
  /** Longest delay of the events of a watch, milliseconds. */
  readonly watchDelayMs: number;
  /** How long listings of Open Connectors lag behind, milliseconds. */
  readonly listLagMs: number;
}

/** The profile of a seed. */
export function profileOf(seed: number): Profile {
  const random = derivedRandom(seed, 'profile');
  return {
    connectors: pick(random, [1, 1, 2, 3]),
    replicas: pick(random, [1, 1, 2]),
    stormMs: between(random, 60_000, 240_000),
    operations: between(random, 1, 14),
    faults: pick(random, [0, 0.02, 0.05, 0.15]),
    crashes: pick(random, [0, 0.005, 0.02]),
    timerCrashes: pick(random, [0, 0, 0.002]),
    latencyMs: pick(random, [5, 50, 400]),
    watchDelayMs: pick(random, [10, 2_500, 15_000]),
    listLagMs: pick(random, [0, 0, 1_500]),
  };
}

function between(random: Random, least: number, most: number): number {
  return Math.round(least + random.fraction() * (most - least));
}
