import type { AccountSpec } from '../api/account.ts';
import { apiBaseUrlOf, limitsOf, timeoutMsOf } from '../api/defaults.ts';
import type { AccountSettings } from '../openconnectors/account-pool.ts';
import type { AccountCredentials } from './account-view.ts';

/** The settings of a client for an account. */
export function accountSettingsOf(
  spec: Pick<AccountSpec, 'baseUrl' | 'limits' | 'timeoutSeconds'>,
  credentials: AccountCredentials,
  createTimeoutMs: number,
): AccountSettings {
  return {
    baseUrl: apiBaseUrlOf(spec),
    credentials,
    limits: limitsOf(spec),
    timeoutMs: timeoutMsOf(spec),
    createTimeoutMs,
  };
}
