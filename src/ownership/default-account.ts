import type { OpenConnectorsAccount } from '../api/account.ts';
import { ACCOUNT_NAMES, API_VERSION } from '../api/group.ts';
import { DEFAULT_ACCOUNT_UID } from './account-key.ts';

/** The settings of the default account. */
export interface DefaultAccountSettings {
  readonly defaultAccountUrl: string | undefined;
  readonly defaultAccountNamespaces: readonly string[] | '*';
}

/** The operator's default account in the form of a resource; `undefined` where `namespace` may not use it. */
export function defaultAccountFor(
  { defaultAccountUrl, defaultAccountNamespaces }: DefaultAccountSettings,
  namespace: string,
): OpenConnectorsAccount | undefined {
  const isServed = defaultAccountNamespaces === '*' || defaultAccountNamespaces.includes(namespace);
  return defaultAccountUrl === undefined || !isServed ? undefined : defaultAccountOf(defaultAccountUrl);
}

/** The operator's default account at `baseUrl` in the form of a resource. */
export function defaultAccountOf(baseUrl: string): OpenConnectorsAccount {
  return {
    apiVersion: API_VERSION,
    kind: ACCOUNT_NAMES.kind,
    metadata: {
      name: 'default',
      namespace: 'default',
      uid: DEFAULT_ACCOUNT_UID,
      resourceVersion: '0',
      generation: 1,
    },
    spec: { baseUrl, credentialsSecretRef: { name: 'default' } },
  };
}
