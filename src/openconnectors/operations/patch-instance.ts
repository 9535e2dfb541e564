import type { Instance, InstancePatch } from '../port.ts';
import type { Caller } from '../transport/call.ts';
import { secretsOfConfiguration } from './instance-body.ts';
import { instancePath, parseInstanceResponse } from './instance-path.ts';

/** `PATCH /instances/{id}`: `configuration` merges, `tags` replaces; the same patch twice is harmless. */
export async function patchInstance(
  call: Caller,
  id: number,
  patch: InstancePatch,
  signal: AbortSignal | undefined,
): Promise<Instance> {
  return await call(
    {
      operation: 'patch-instance',
      effect: 'repeatable',
      method: 'PATCH',
      path: instancePath(id),
      body: {
        ...(patch.name === undefined ? {} : { name: patch.name }),
        ...(patch.tags === undefined ? {} : { tags: patch.tags }),
        ...(patch.configuration === undefined ? {} : { configuration: patch.configuration }),
      },
      secrets: secretsOfConfiguration(patch.configuration),
      read: parseInstanceResponse(id),
    },
    signal,
  );
}
