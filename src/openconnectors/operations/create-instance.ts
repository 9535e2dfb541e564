import type { Instance, InstanceBody, Turn } from '../port.ts';
import { parseInstance } from '../schemas.ts';
import type { Caller } from '../transport/call.ts';
import { instanceBody, secretsOfBody } from './instance-body.ts';

/** `POST /instances`. Never retried. */
export function createInstance(
  call: Caller,
  body: InstanceBody,
  signal: AbortSignal | undefined,
  turn: Turn | undefined,
): Promise<Instance> {
  return call(
    {
      operation: 'create-instance',
      effect: 'once',
      method: 'POST',
      path: '/instances',
      body: instanceBody(body),
      secrets: secretsOfBody(body),
      read: parseInstance,
    },
    signal,
    turn,
  );
}
