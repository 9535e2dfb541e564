import { MASKED } from '../secrets/mask.ts';
import { RemoteError } from './errors/remote-error.ts';

/** What `JSON.stringify` takes without loss. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Refuses a request that would write the API's mask over a secret. Nobody knows what the remote side makes of it.
 *
 * @throws RemoteError of class `invalid`, nothing sent, that names where the mask stands.
 */
export function refuseMaskedValues(value: Json | undefined, path: readonly string[] = []): void {
  if (value === MASKED) {
    throw new RemoteError('invalid', `Refused to send a masked value (${path.join(' ')})`, {
      processed: 'no',
    });
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      refuseMaskedValues(inner, [...path, key]);
    }
  }
}
