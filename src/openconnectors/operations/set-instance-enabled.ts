import { readNothing } from '../schemas.ts';
import type { Caller } from '../transport/call.ts';
import { instancePath } from './instance-path.ts';

/** `PUT` (enable) or `DELETE` (disable) of `/instances/{id}/enabled`. */
export async function setInstanceEnabled(
  call: Caller,
  id: number,
  enabled: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  await call(
    {
      operation: enabled ? 'enable-instance' : 'disable-instance',
      effect: 'repeatable',
      method: enabled ? 'PUT' : 'DELETE',
      path: `${instancePath(id)}/enabled`,
      read: readNothing,
    },
    signal,
  );
}
