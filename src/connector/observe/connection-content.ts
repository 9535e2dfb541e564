import type { ConnectionKey } from '../../api/connection-template.ts';
import type { ConnectorSpec, InfusionsoftConnector } from '../../api/connector.ts';
import { elementKeyOf, ownedLabelsOf } from '../../api/defaults.ts';
import type { AccountView } from '../../ownership/account-view.ts';
import type { ManagedMetadata, TextMetadata } from '../../secrets/managed-metadata.ts';

/** Content of the connection Secret; the first four keys are those of Service Binding for Kubernetes. */
export function connectionData(
  { baseUrl, credentials }: Pick<Extract<AccountView, { state: 'ready' }>, 'baseUrl' | 'credentials'>,
  spec: ConnectorSpec,
  instance: { readonly token: string; readonly connector: string | undefined },
): Record<string, string> {
  const standard: { readonly [Key in ConnectionKey]?: string } = {
    type: 'open-connectors',
    provider: 'sap',
    uri: baseUrl,
    host: new URL(baseUrl).host,
    // Resources and fields differ between the elements, so an application has to know which one it calls.
    element: instance.connector ?? elementKeyOf(spec),
    'element-token': instance.token,
    ...(spec.includeAccountCredentials === true && {
      'user-secret': credentials.userSecret,
      'organization-secret': credentials.organizationSecret,
    }),
  };
  const repeated = Object.entries(spec.connectionSecretTemplate?.keys ?? {}).map(
    ([key, of]) => [key, standard[of]] as const,
  );
  return Object.fromEntries(
    [...repeated, ...Object.entries(standard)].filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/** Labels and annotations of every connection Secret of `connector`; the operator's own take precedence. */
export function connectionMetadata(connector: InfusionsoftConnector): ManagedMetadata {
  const { labels = {}, annotations = {} } = connector.spec.connectionSecretTemplate?.metadata ?? {};
  const own = ownedLabelsOf(connector);
  return {
    labels: { ...labels, ...own },
    annotations,
    removable: {
      labels: Object.keys(labels).filter((key) => !(key in own)),
      annotations: Object.keys(annotations),
    },
  };
}

/** One text for everything that the operator writes to the Secret, whatever the order of the keys: the input of its hash. */
export function canonicalContent(
  data: Readonly<Record<string, string>>,
  { labels, annotations }: TextMetadata,
): string {
  return JSON.stringify([sorted(data), sorted(labels), sorted(annotations)]);
}

function sorted(map: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
