import { callError } from './kube-error-from.ts';
import { isKubeObject, isRecord, type KubeObject, type ObjectVersion } from './object.ts';
import { objectPath, type ResourceType } from './paths.ts';
import type { KubeRest } from './rest.ts';

/**
 * Merge-patches (RFC 7396) an object, or its status, on the condition that it still has its `resourceVersion`. Returns
 * what the server stored. Throws `KubeError`.
 */
export async function patchObject(
  rest: KubeRest,
  resource: ResourceType,
  { metadata: { namespace, name, resourceVersion } }: ObjectVersion,
  patch: Readonly<Record<string, unknown>>,
  subresource?: 'status',
): Promise<KubeObject> {
  const path = objectPath(resource, namespace, name, subresource);
  const metadata = isRecord(patch['metadata']) ? patch['metadata'] : {};
  const body = { ...patch, metadata: { ...metadata, resourceVersion } };
  const response = await rest.patch(path, body, { type: 'merge' });
  if (!isKubeObject(response)) {
    throw callError('server', 'PATCH', path, 'the response is not an object');
  }
  return response;
}
