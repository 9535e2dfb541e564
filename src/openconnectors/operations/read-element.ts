import type { ElementKey } from '../../provider/elements.ts';
import type { ElementDefaults } from '../../provider/events.ts';
import { parseElementDefaults } from '../schemas.ts';
import type { Caller } from '../transport/call.ts';

/** `GET /elements/{key}`. */
export async function readElement(
  call: Caller,
  key: ElementKey,
  signal: AbortSignal | undefined,
): Promise<ElementDefaults> {
  return await call(
    {
      operation: 'read-element',
      effect: 'none',
      method: 'GET',
      path: `/elements/${key}`,
      read: parseElementDefaults,
    },
    signal,
  );
}
