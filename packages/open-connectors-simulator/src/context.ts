import type { Clock } from 'test-kit/clock.ts';
import type { Random } from 'test-kit/random.ts';
import { createIds, type Ids } from './ids.ts';
import type { Knobs } from './knobs.ts';
import { createOutages, type Outages } from './outages.ts';
import { createProvider, type Provider } from './provider.ts';
import { createState, type State } from './state.ts';
import { createTenancy, type Tenancy } from './tenancy.ts';

/** What every handler works on. One for each simulator. */
export interface Context {
  readonly state: State;
  readonly tenancy: Tenancy;
  readonly provider: Provider;
  readonly outages: Outages;
  readonly knobs: Knobs;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The URL of clients and browsers without a path; set when the server listens. */
  origin: string;
}

export function createContext(knobs: Knobs, clock: Clock, random: Random): Context {
  const ids = createIds(random);
  const state = createState();
  return {
    state,
    ids,
    knobs,
    clock,
    tenancy: createTenancy(state, ids, clock),
    provider: createProvider(knobs, clock, ids),
    outages: createOutages(clock),
    origin: 'https://localhost',
  };
}
