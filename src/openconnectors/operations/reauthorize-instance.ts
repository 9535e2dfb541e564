import type { Instance, InstanceBody, Turn } from '../port.ts';
import type { Caller } from '../transport/call.ts';
import { instanceBody, secretsOfBody } from './instance-body.ts';
import { instancePath, parseInstanceResponse } from './instance-path.ts';

/** `PUT /instances/{id}?reAuthenticate=true`. It spends the grant, so that it is never retried. */
export async function reauthorizeInstance(
  call: Caller,
  id: number,
  body: InstanceBody,
  signal: AbortSignal | undefined,
  turn: Turn | undefined,
): Promise<Instance> {
  return await call(
    {
      operation: 'reauthorize-instance',
      effect: 'once',
      method: 'PUT',
      path: instancePath(id),
      query: [['reAuthenticate', 'true']],
      body: instanceBody(body),
      secrets: secretsOfBody(body),
      read: parseInstanceResponse(id),
    },
    signal,
    turn,
  );
}
