import type { ConnectorSpec } from '../../api/connector.ts';
import type { AccountView } from '../../ownership/account-view.ts';

/** Content of the connection Secret; the first four keys are those of Service Binding for Kubernetes. */
export function connectionData(
  { baseUrl, credentials }: Pick<Extract<AccountView, { state: 'ready' }>, 'baseUrl' | 'credentials'>,
  spec: Pick<ConnectorSpec, 'includeAccountCredentials'>,
  token: string,
): Record<string, string> {
  return {
    type: 'open-connectors',
    provider: 'sap',
    uri: baseUrl,
    host: new URL(baseUrl).host,
    'element-token': token,
    ...(spec.includeAccountCredentials === true && {
      'user-secret': credentials.userSecret,
      'organization-secret': credentials.organizationSecret,
    }),
  };
}

/** One text for the whole content, whatever the order of the keys: the input of its hash. */
export function canonicalContent(data: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}
