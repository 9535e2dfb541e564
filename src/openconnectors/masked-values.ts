import { MASKED } from '../secrets/mask.ts';
import { RemoteError } from './errors/remote-error.ts';

/** What `JSON.stringify` takes without loss. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Rejects a request that contains the mask of a secret: the effect on the stored secret is undocumented. @throws
 * RemoteError of class `invalid`, with nothing sent, with the path of the mask.
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
