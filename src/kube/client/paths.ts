/** Names a resource type: `{ group: '', version: 'v1', plural: 'secrets' }`. The core group is the empty string. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** `<plural>.<group>/<version>` (`<plural>.<version>` in the core group): the id that `@dot-i/k8s-operator` uses. */
export function resourceId({ group, version, plural }: ResourceType): string {
  return `${plural}.${apiVersionOf({ group, version })}`;
}

/** `group/version`, or `version` alone in the core group. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Path of the collection: all namespaces without `namespace`. */
export function collectionPath({ group, version, plural }: ResourceType, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope =
    namespace === undefined || namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${plural}`;
}

/** Path of one object, or of its `subresource`. Cluster-scoped without `namespace`. */
export function objectPath(
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  subresource?: 'status',
): string {
  const path = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/**
 * `path` with the namespace and the name replaced by placeholders, for metric labels:
 * `/api/v1/namespaces/{namespace}/secrets/{name}`.
 */
export function pathTemplate(path: string): string {
  const parts = path.split('/');
  const afterVersion = parts[1] === 'api' ? 3 : 4;
  const isNamespaced = parts[afterVersion] === 'namespaces' && parts.length > afterVersion + 2;
  const plural = isNamespaced ? afterVersion + 2 : afterVersion;
  if (isNamespaced) {
    parts[afterVersion + 1] = '{namespace}';
  }
  if (parts.length > plural + 1) {
    parts[plural + 1] = '{name}';
  }
  return parts.join('/');
}

/** The types that the operator's own machinery uses. */
export const wellKnown = {
  secrets: { group: '', version: 'v1', plural: 'secrets' },
  namespaces: { group: '', version: 'v1', plural: 'namespaces' },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' },
  events: { group: 'events.k8s.io', version: 'v1', plural: 'events' },
} as const satisfies Record<string, ResourceType>;
