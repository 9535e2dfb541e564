import { API_VERSION } from '../../../src/api/group.ts';

/** A Kubernetes object as a person writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly [field: string]: unknown;
}

/** The callback URL that the simulated OAuth app is registered with. */
export const CALLBACK_URL = 'https://connect.example.com/oauth/callback';

/** A Secret with values in clear. */
export function secret(name: string, values: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', stringData: values };
}

/** An account with credentials in the Secret `sap-account`. */
export function account(
  name: string,
  baseUrl: string,
  spec: Readonly<Record<string, unknown>> = {},
): Manifest {
  return {
    apiVersion: API_VERSION,
    kind: 'OpenConnectorsAccount',
    metadata: { name },
    spec: {
      baseUrl,
      credentialsSecretRef: { name: 'sap-account' },
      // Tests should wait for nothing but what they are about.
      limits: { requestsPerSecond: 1000, burst: 1000, concurrency: 32 },
      ...spec,
    },
  };
}

/** A connector of `infusionsoftcrm` on account `sap`, with its Secrets `crm-key`, `crm-oauth` and `crm-code`. */
export function connector(
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
): Manifest {
  return {
    apiVersion: API_VERSION,
    kind: 'InfusionsoftConnector',
    metadata: { name, ...metadata },
    spec: {
      accountRef: { name: 'sap' },
      connector: 'infusionsoftcrm',
      server: 'dt123.infusionsoft.com',
      encryptedKeySecretRef: { name: 'crm-key' },
      oauth: {
        clientSecretRef: { name: 'crm-oauth' },
        callbackUrl: CALLBACK_URL,
        authorizationCodeSecretRef: { name: 'crm-code' },
      },
      ...spec,
    },
  };
}
