import type { TransportResponse } from '../../http/client/request.ts';
import { RemoteError } from '../errors/remote-error.ts';
import type { Instance } from '../port.ts';
import { parseInstance } from '../schemas.ts';
import { UnreadableResponse } from '../transport/call.ts';

/** `/instances/{id}`. @throws RemoteError of class `invalid`, with nothing sent, for an invalid id. */
export function instancePath(id: number): string {
  if (!Number.isSafeInteger(id) || id <= 0) {
    throw new RemoteError('invalid', 'An instance id has to be a positive safe integer', { processed: 'no' });
  }
  return `/instances/${id}`;
}

/** Parses a response about the instance `id`, and rejects one about another instance. */
export function parseInstanceResponse(id: number): (response: TransportResponse) => Instance {
  return (response) => {
    const instance = parseInstance(response);
    if (instance.id !== id) {
      throw new UnreadableResponse('it is about another instance');
    }
    return instance;
  };
}
