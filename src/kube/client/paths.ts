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

/** Where the API serves a collection, an object of it (`name`), or a subresource of the object. */
export interface ResourcePath extends ResourceType {
  /** Absent for cluster-scoped resources and for a collection of all namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: 'status' | undefined;
}

/** A collection: of all namespaces without `namespace`. */
export function collectionPath(
  { group, version, plural }: ResourceType,
  namespace?: string | undefined,
): ResourcePath {
  return { group, version, plural, namespace: namespace === '' ? undefined : namespace };
}

/** One object, or its `subresource`. Cluster-scoped without `namespace`. */
export function objectPath(
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  subresource?: 'status',
): ResourcePath {
  return { ...collectionPath(type, namespace), name, subresource };
}

/** The path of a URL, such as `/api/v1/namespaces/team/secrets/crm-key`. */
export function formatPath({ namespace, name, ...path }: ResourcePath): string {
  return join({
    ...path,
    namespace: namespace && encodeURIComponent(namespace),
    name: name && encodeURIComponent(name),
  });
}

/** The path with placeholders, for metric labels: `/api/v1/namespaces/{namespace}/secrets/{name}`. */
export function pathTemplate({ namespace, name, ...path }: ResourcePath): string {
  return join({ ...path, namespace: namespace && '{namespace}', name: name && '{name}' });
}

function join({ group, version, plural, namespace, name, subresource }: ResourcePath): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return [`${root}${scope}`, plural, name, subresource].filter((part) => part !== undefined).join('/');
}

/** The types that the operator's own machinery uses. */
export const wellKnown = {
  secrets: { group: '', version: 'v1', plural: 'secrets' },
  namespaces: { group: '', version: 'v1', plural: 'namespaces' },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' },
  events: { group: 'events.k8s.io', version: 'v1', plural: 'events' },
} as const satisfies Record<string, ResourceType>;
