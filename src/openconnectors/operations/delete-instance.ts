import { readNothing } from '../schemas.ts';
import type { Caller } from '../transport/call.ts';
import { instancePath } from './instance-path.ts';

/** `DELETE /instances/{id}`. A missing instance is `not-found`. */
export async function deleteInstance(
  call: Caller,
  id: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await call(
    {
      operation: 'delete-instance',
      effect: 'repeatable',
      method: 'DELETE',
      path: instancePath(id),
      read: readNothing,
    },
    signal,
  );
}
