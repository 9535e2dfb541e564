import type { JsonObject } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';

/** Query parameters of writes that clients look up before they use them. */
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation'];

/** Path templates of a type, each with its operations. Clients read the parameters of PATCH there. */
export function pathsOf(type: ResourceType, version: 2 | 3): Record<string, JsonObject> {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const collection = `${root}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.plural}`;
  const operation = (action: string): JsonObject => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: type.group, kind: type.kind, version: type.version },
    parameters: writeParameters.map((name) => queryParameter(name, version)),
    responses: { '200': { description: 'OK' } },
  });
  return {
    [collection]: { post: operation('post') },
    [`${collection}/{name}`]: {
      put: operation('put'),
      patch: operation('patch'),
      delete: operation('delete'),
    },
  };
}

function queryParameter(name: string, version: 2 | 3): JsonObject {
  const place = { name, in: 'query' };
  return version === 2 ? { ...place, type: 'string' } : { ...place, schema: { type: 'string' } };
}
