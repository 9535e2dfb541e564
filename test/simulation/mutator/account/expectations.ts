import type { Expectations } from '../kind.ts';
import { namesField } from '../named.ts';
import { CREDENTIALS, KEYS } from './bases.ts';

const MOVED = `spec.credentialsSecretRef.name=${CREDENTIALS.moved}`;

/** Reasons that show the problem of a value without its name. */
const CONSEQUENCES: Readonly<Record<string, readonly string[]>> = {
  [`spec.credentialsSecretRef.userSecretKey=${KEYS.wrongUser}`]: ['AccountUnauthorized'],
  [`spec.credentialsSecretRef.organizationSecretKey=${KEYS.otherOrganization}`]: ['AccountUnauthorized'],
  [MOVED]: ['AccountChanged'],
};

/** What is expected of the changes of an account. */
export const ACCOUNT_EXPECTATIONS: Expectations = {
  immutable: new Set(['spec.baseUrl']),
  reason: () => undefined,
  isNamed: (mutation, conditions) => namesField(mutation, CONSEQUENCES, conditions),
  isUnread: () => false,
  // Another organization is right for a new account; connectors with an instance are not moved there.
  isRefusedAsChange: ({ field, value }) => `${field.path}=${String(value)}` === MOVED,
  isLasting: () => false,
  // An organization has one secret, so that two keys hold the same.
  isVisible: ({ path }) => path !== 'spec.credentialsSecretRef.organizationSecretKey',
};
