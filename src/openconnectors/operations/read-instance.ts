import type { Instance } from '../port.ts';
import type { Caller } from '../transport/call.ts';
import { instancePath, parseInstanceResponse } from './instance-path.ts';

/** `GET /instances/{id}`. */
export async function readInstance(
  call: Caller,
  id: number,
  signal: AbortSignal | undefined,
): Promise<Instance> {
  return await call(
    {
      operation: 'read-instance',
      effect: 'none',
      method: 'GET',
      path: instancePath(id),
      read: parseInstanceResponse(id),
    },
    signal,
  );
}
