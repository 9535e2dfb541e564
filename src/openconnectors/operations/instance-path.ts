import { RemoteError } from '../errors/remote-error.ts';
import type { Instance } from '../port.ts';
import { parseInstance } from '../schemas.ts';
import { UnreadableResponse } from '../transport/call.ts';
import type { TransportResponse } from '../transport/transport.ts';

/** `/instances/{id}`. @throws RemoteError of class `invalid`, nothing sent, for what cannot be an id. */
export function instancePath(id: number): string {
  if (!Number.isSafeInteger(id) || id <= 0) {
    throw new RemoteError('invalid', 'An instance id has to be a positive safe integer', { processed: 'no' });
  }
  return `/instances/${id}`;
}

/** Reads an answer about the instance `id`, and takes none about another. */
export function parseInstanceResponse(id: number): (answer: TransportResponse) => Instance {
  return (answer) => {
    const instance = parseInstance(answer);
    if (instance.id !== id) {
      throw new UnreadableResponse('it is about another instance');
    }
    return instance;
  };
}
