import type { Clock } from 'test-kit/clock.ts';
import type { Random } from 'test-kit/random.ts';
import type { User } from '../http/authentication.ts';
import type { Store } from '../store.ts';

interface Issued {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Group of all authenticated users. */
export const authenticatedGroup = 'system:authenticated';

/** The user of a service account. */
export function serviceAccountUser(namespace: string, name: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticatedGroup],
  };
}

/** Bearer tokens of service accounts. They are valid until they expire or the account is deleted. */
export class ServiceAccountTokens {
  readonly #issued = new Map<string, Issued>();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(parts: { readonly store: Store; readonly clock: Clock; readonly random: Random }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#random = parts.random;
  }

  /** A new token for the account with this uid. */
  issue(namespace: string, name: string, uid: string, expiresAt: number): string {
    const token = this.#random.bytes(24).toString('base64url');
    this.#issued.set(token, { namespace, name, uid, expiresAt });
    return token;
  }

  /** The user of a token; `undefined` if it is unknown or no longer valid. */
  user(token: string): User | undefined {
    const found = this.#issued.get(token);
    if (found === undefined || found.expiresAt <= this.#clock.now()) {
      return undefined;
    }
    const { namespace, name, uid } = found;
    const account = this.#store.get('serviceaccounts', `${namespace}/${name}`);
    return account?.metadata.uid === uid ? serviceAccountUser(namespace, name) : undefined;
  }
}
