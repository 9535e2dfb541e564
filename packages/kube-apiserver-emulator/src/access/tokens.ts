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

/** Groups of everybody who showed who he is. */
export const authenticatedGroup = 'system:authenticated';

/** The user that a service account is. */
export function serviceAccountUser(namespace: string, name: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticatedGroup],
  };
}

/** Bearer tokens of service accounts. They end with their time, and with the account. */
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

  /** Whose token it is; `undefined` when it is nobody's, or not any more. */
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
