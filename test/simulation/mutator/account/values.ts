import type { Values } from '../kind.ts';
import { CREDENTIALS, KEYS } from './bases.ts';

const VALID: Readonly<Record<string, readonly unknown[]>> = {
  // Nothing changes it; these are the address of the base in other words.
  'spec.baseUrl': ['https://localhost/', 'https://localhost/elements/api-v2'],
  'spec.credentialsSecretRef.name': [CREDENTIALS.other],
  'spec.credentialsSecretRef.userSecretKey': [KEYS.otherUser],
  'spec.credentialsSecretRef.organizationSecretKey': [KEYS.copiedOrganization],
  'spec.limits.requestsPerSecond': [1, 1000],
  'spec.limits.burst': [3, 1000],
  'spec.limits.concurrency': [2, 256],
  'spec.timeoutSeconds': [1, 20, 300],
  'spec.inventoryInterval': ['1m', '5m'],
};

const ACCEPTED: Readonly<Record<string, readonly unknown[]>> = {
  'spec.baseUrl': ['https://elsewhere.example.com', 'https://localhost:8443', 'https://localhost/other'],
  'spec.credentialsSecretRef.name': ['no-such', CREDENTIALS.moved, CREDENTIALS.wrong, CREDENTIALS.lines],
  'spec.credentialsSecretRef.userSecretKey': ['no-such', KEYS.wrongUser],
  'spec.credentialsSecretRef.organizationSecretKey': ['no-such', KEYS.otherOrganization],
};

const BROKEN_RULES: Readonly<Record<string, readonly unknown[]>> = {
  'spec.baseUrl': ['http://localhost', 'https://user@localhost', 'https://LOCALHOST', 'https://localhost?x'],
  'spec.inventoryInterval': ['59s', '24h1s', 'soon'],
};

/** Values of the fields of an account. */
export const ACCOUNT_VALUES: Values = {
  valid: ({ path }) => VALID[path] ?? [],
  accepted: ({ path }) => ACCEPTED[path] ?? [],
  broken: ({ path }) => BROKEN_RULES[path] ?? [],
  beside: () => ({}),
};
