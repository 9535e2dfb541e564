import type { AccountSpec } from '../../api/account.ts';
import { organizationSecretKeyOf, userSecretKeyOf } from '../../api/defaults.ts';

/**
 * What verified credentials were read from, to be compared alone: another key holds other values, in the same version of
 * the Secret too. No two Secrets have the same version.
 */
export function secretVersionOf(spec: AccountSpec, resourceVersion: string): string {
  return JSON.stringify([resourceVersion, userSecretKeyOf(spec), organizationSecretKeyOf(spec)]);
}
