import { apiVersionOf, type JsonObject } from '../objects.ts';
import type { Group, Registry } from '../registry.ts';
import type { ResourceType } from '../resource-type.ts';
import { subresourceOf } from '../subresources.ts';

/** The document at a discovery path (`/api`, `/apis`, `/apis/<group>`, `/apis/<group>/<version>`); `undefined` elsewhere. */
export function discoveryDocument(registry: Registry, path: string, address: string): JsonObject | undefined {
  const [root, group, version, ...more] = path.split('/').filter((part) => part !== '');
  if (more.length > 0) {
    return undefined;
  }
  if (root === 'api' && version === undefined) {
    return group === undefined ? coreVersions(address) : resourceList(registry, '', group);
  }
  if (root !== 'apis') {
    return undefined;
  }
  if (group === undefined) {
    return groupList(registry);
  }
  return version === undefined ? oneGroup(registry, group) : resourceList(registry, group, version);
}

function coreVersions(address: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

function groupList(registry: Registry): JsonObject {
  const groups = registry.groups().filter(({ name }) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(describeGroup) };
}

function oneGroup(registry: Registry, name: string): JsonObject | undefined {
  const group = registry.groups().find((candidate) => candidate.name === name);
  return group === undefined || name === ''
    ? undefined
    : { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) };
}

function describeGroup(group: Group): JsonObject {
  const versions = group.versions.map((version) => ({
    groupVersion: apiVersionOf(group.name, version),
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

function resourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const types = registry.in(group, version);
  if (types.length === 0) {
    return undefined;
  }
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: types.flatMap(describeType),
  };
}

function describeType(type: ResourceType): JsonObject[] {
  const main = {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: [...type.verbs].sort(),
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
  };
  return [
    main,
    ...type.subresources.map((subresource) => ({
      name: `${type.plural}/${subresource}`,
      singularName: '',
      namespaced: type.namespaced,
      ...subresourceOf(type, subresource),
    })),
  ];
}
