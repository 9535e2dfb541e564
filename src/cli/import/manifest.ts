import type { ConnectorSpec } from '../../api/connector.ts';
import { API_VERSION, CONNECTOR_NAMES } from '../../api/group.ts';
import { validateConnector } from '../../api/validation/validate.ts';
import { LEGACY_ELEMENT } from '../../provider/elements.ts';
import { PARAMETERS, SAFE_CONFIGURATION_KEYS } from '../../provider/parameters.ts';
import { DEFAULT_SECRET_KEYS } from '../../provider/secret-keys.ts';
import { type Importable, serverOf, shownValue } from './candidates.ts';

/** Where an imported connector goes. */
export interface Target {
  readonly namespace: string;
  readonly account: string;
  readonly name: string;
}

/** A connector that adopts an instance. */
export interface ConnectorManifest {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: typeof CONNECTOR_NAMES.kind;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: ConnectorSpec;
}

/** A Secret that the connector needs and that `import` cannot fill: Open Connectors shows secrets as masks. */
export interface NeededSecret {
  readonly name: string;
  readonly keys: readonly string[];
}

/**
 * The connector that adopts `instance` as it is. It only observes, so that applying it changes nothing. What the API does
 * not show, or what a spec cannot hold, is left out: adoption writes tags, and no other field.
 */
export function connectorManifest(
  instance: Importable,
  { namespace, account, name }: Target,
): ConnectorManifest {
  const callbackUrl = shownValue(instance, PARAMETERS.callbackUrl);
  const full: ConnectorSpec = {
    managementPolicy: 'Observe',
    accountRef: { name: account },
    connector: instance.element,
    ...(instance.element === LEGACY_ELEMENT && {
      server: serverOf(instance),
      encryptedKeySecretRef: { name: `${name}-key` },
    }),
    oauth: {
      clientSecretRef: { name: `${name}-oauth` },
      ...(callbackUrl !== undefined && { callbackUrl }),
    },
    instance: {
      importId: instance.id,
      name: instance.name,
      ...(instance.tags.length > 0 && { tags: [...instance.tags] }),
      ...configurationOf(instance),
    },
  };
  return {
    apiVersion: API_VERSION,
    kind: CONNECTOR_NAMES.kind,
    metadata: { name, namespace },
    spec: withoutInvalid(full),
  };
}

/** The Secrets that have to exist before the operator can adopt the instance. */
export function neededSecrets({ metadata: { name }, spec }: ConnectorManifest): readonly NeededSecret[] {
  return [
    { name: `${name}-oauth`, keys: [DEFAULT_SECRET_KEYS.clientId, DEFAULT_SECRET_KEYS.clientSecret] },
    ...(spec.connector === LEGACY_ELEMENT
      ? [{ name: `${name}-key`, keys: [DEFAULT_SECRET_KEYS.encryptedKey] }]
      : []),
  ];
}

function configurationOf(
  instance: Importable,
): Pick<NonNullable<ConnectorSpec['instance']>, 'configuration'> {
  const shown = SAFE_CONFIGURATION_KEYS.flatMap((key) => {
    const value = shownValue(instance, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return shown.length === 0 ? {} : { configuration: Object.fromEntries(shown) };
}

/** Without the optional fields that the rules of the kind refuse, such as a name with characters that a spec cannot hold. */
function withoutInvalid(spec: ConnectorSpec): ConnectorSpec {
  const refused = (path: string, candidate: ConnectorSpec): boolean =>
    validateConnector({ spec: candidate }).some((violation) => violation.path.startsWith(path));
  const { callbackUrl, ...oauth } = spec.oauth;
  const { name, tags, configuration, ...instance } = spec.instance ?? {};
  return {
    ...spec,
    oauth: callbackUrl === undefined || refused('spec.oauth.callbackUrl', spec) ? oauth : spec.oauth,
    instance: {
      ...instance,
      ...(name !== undefined && !refused('spec.instance.name', spec) && { name }),
      ...(tags !== undefined && !refused('spec.instance.tags', spec) && { tags }),
      ...(configuration !== undefined && !refused('spec.instance.configuration', spec) && { configuration }),
    },
  };
}
