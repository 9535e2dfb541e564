import { ACCOUNT_NAMES } from '../../../../src/api/group.ts';
import type { MutatedKind } from '../kind.ts';
import { ACCOUNT_BASES, MAIN } from './bases.ts';
import { accountEndStateOf } from './end-state.ts';
import { ACCOUNT_EXPECTATIONS } from './expectations.ts';
import { paceOf } from './pace.ts';
import { ACCOUNT_VALUES } from './values.ts';

/** The connectors of the stage. */
const USERS: readonly string[] = ['crm-1', 'crm-2', 'crm-3'];

/** Changes of an OpenConnectorsAccount that connectors use. */
export const ACCOUNT_KIND: MutatedKind = {
  names: ACCOUNT_NAMES,
  name: MAIN,
  connectors: USERS.length,
  // Longer than the longest interval of the values: a listing counts the instances.
  calmMs: 340_000,
  bases: ACCOUNT_BASES,
  values: ACCOUNT_VALUES,
  expectations: ACCOUNT_EXPECTATIONS,
  combinations: [],
  users: USERS,
  // Its connectors keep their instances, so that no consent is needed.
  renew: async () => undefined,
  async observe({ session, traffic, isReady }) {
    return {
      resources: accountEndStateOf(session.stage, MAIN, USERS),
      pace: isReady ? await paceOf(session, traffic, USERS) : undefined,
    };
  },
};
