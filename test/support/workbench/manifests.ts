import { API_VERSION } from '../../../src/api/group.ts';

/** A Kubernetes object as in a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly [field: string]: unknown;
}

/** The registered callback URL of the simulated OAuth app. */
export const CALLBACK_URL = 'https://connect.example.com/oauth/callback';

/** A Secret with `stringData`. */
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
      // High limits, so that tests do not wait for the rate limiter.
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

/** A connector of `infusionsoftrest` on account `sap`, with Secrets of its own: `<name>-oauth` and `<name>-code`. */
export function restConnector(name: string): Manifest {
  return connector(name, {
    connector: 'infusionsoftrest',
    server: undefined,
    encryptedKeySecretRef: undefined,
    oauth: {
      clientSecretRef: { name: `${name}-oauth` },
      callbackUrl: CALLBACK_URL,
      authorizationCodeSecretRef: { name: `${name}-code` },
    },
  });
}
