import type { ConnectorSpec } from '../../api/connector.ts';
import { connectorKeyOf } from '../../api/defaults.ts';
import type { AccountView } from '../../ownership/account-view.ts';

/** Content of the connection Secret; the first four keys are those of Service Binding for Kubernetes. */
export function connectionData(
  { baseUrl, credentials }: Pick<Extract<AccountView, { state: 'ready' }>, 'baseUrl' | 'credentials'>,
  spec: ConnectorSpec,
  instance: { readonly token: string; readonly connector: string | undefined },
): Record<string, string> {
  return {
    type: 'open-connectors',
    provider: 'sap',
    uri: baseUrl,
    host: new URL(baseUrl).host,
    // Resources and fields differ between the elements, so an application has to know which one it calls.
    element: instance.connector ?? connectorKeyOf(spec),
    'element-token': instance.token,
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
