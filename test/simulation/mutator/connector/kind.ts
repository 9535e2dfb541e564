import { CONNECTOR_NAMES } from '../../../../src/api/group.ts';
import type { MutatedKind } from '../kind.ts';
import { CONNECTOR_BASES, renewGrants } from './bases.ts';
import { endStateOf } from './end-state.ts';
import { CONNECTOR_EXPECTATIONS } from './expectations.ts';
import { CONNECTOR_VALUES } from './values.ts';

/** The only connector of the stage. */
const NAME = 'crm-1';

/** Changes of an InfusionsoftConnector. */
export const CONNECTOR_KIND: MutatedKind = {
  names: CONNECTOR_NAMES,
  name: NAME,
  connectors: 1,
  calmMs: 70_000,
  bases: CONNECTOR_BASES,
  values: CONNECTOR_VALUES,
  expectations: CONNECTOR_EXPECTATIONS,
  combinations: [
    { base: 1, changes: { 'spec.encryptedKeySecretRef': { name: 'key' } } },
    { base: 0, changes: { 'spec.oauth.refreshTokenSecretRef': { name: 'token' } } },
    { base: 1, changes: { 'spec.instance.configuration': { 'event.objects': 'contacts' } } },
    {
      base: 0,
      changes: {
        'spec.events': { callbackUrl: 'https://events.example.com/x', resources: ['contacts'] },
      },
    },
    {
      base: 0,
      changes: {
        'spec.includeAccountCredentials': false,
        'spec.connectionSecretTemplate.keys': { USER: 'user-secret' },
      },
    },
  ],
  users: [],
  renew: renewGrants,
  observe: async ({ session: { stage } }) => endStateOf(stage, NAME),
};
