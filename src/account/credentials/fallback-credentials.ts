import { z } from 'zod';
import type { KubeRest } from '../../kube/client/rest.ts';
import type { AccountCredentials } from '../../ownership/account-view.ts';
import { decodeValue, encodeData } from '../../secrets/secret-data.ts';
import { OwnSecret } from '../own-secret.ts';

/** An account as it last worked. */
export interface FallbackAccount {
  readonly baseUrl: string;
  readonly organizationId: string;
  readonly credentials: AccountCredentials;
}

/** Name of the Secret in the operator's namespace for the account with this uid. */
export function fallbackSecretName(uid: string): string {
  return `infusionsoft-connector-operator-account-${uid}`;
}

const secretSchema = z.object({
  data: z.object({
    baseUrl: z.string(),
    organizationId: z.string(),
    userSecret: z.string(),
    organizationSecret: z.string(),
  }),
});

/**
 * The last credentials of each account that worked, in Secrets of the operator's namespace, for as long as the account or
 * a connector that was created in it exists. When a namespace is deleted its Secrets go first; without this the instances
 * could not be deleted any more. `enabled: false` keeps nothing.
 */
export class FallbackCredentials {
  readonly #rest: KubeRest;
  readonly #namespace: string;
  readonly #enabled: boolean;
  readonly #register: (value: string) => void;
  readonly #written = new Map<string, string>();

  constructor(options: {
    readonly rest: KubeRest;
    readonly namespace: string;
    readonly enabled: boolean;
    /** Receives every value that is read, so that no log line can show it. */
    readonly register: (value: string) => void;
  }) {
    this.#rest = options.rest;
    this.#namespace = options.namespace;
    this.#enabled = options.enabled;
    this.#register = options.register;
  }

  /** Writes what works now, unless it is there already. Throws `KubeError`. */
  async keep(uid: string, account: FallbackAccount): Promise<void> {
    const content = JSON.stringify(account);
    if (!this.#enabled || this.#written.get(uid) === content) {
      return;
    }
    const [secret, before] = [this.#secret(uid), await this.read(uid)];
    const isCurrent = before !== undefined && JSON.stringify(before) === content;
    if (!isCurrent && (before === undefined || !(await secret.patch(encode(account))))) {
      await secret.create(encode(account));
    }
    this.#written.set(uid, content);
  }

  /** The credentials that worked last; `undefined` where none are stored. Throws `KubeError`. */
  async read(uid: string, signal?: AbortSignal): Promise<FallbackAccount | undefined> {
    const secret = await this.#secret(uid).read(signal);
    if (secret === undefined) {
      return undefined;
    }
    const { data } = secretSchema.parse(secret);
    const credentials = {
      userSecret: decodeValue(data.userSecret),
      organizationSecret: decodeValue(data.organizationSecret),
    };
    this.#register(credentials.userSecret);
    this.#register(credentials.organizationSecret);
    return {
      baseUrl: decodeValue(data.baseUrl),
      organizationId: decodeValue(data.organizationId),
      credentials,
    };
  }

  /** Nothing depends on the account any more. Throws `KubeError`. */
  async drop(uid: string): Promise<void> {
    this.#written.delete(uid);
    if (this.#enabled) {
      await this.#secret(uid).delete();
    }
  }

  #secret(uid: string): OwnSecret {
    return new OwnSecret(this.#rest, this.#namespace, fallbackSecretName(uid));
  }
}

function encode({ baseUrl, organizationId, credentials }: FallbackAccount): Record<string, string> {
  const { userSecret, organizationSecret } = credentials;
  return encodeData({ baseUrl, organizationId, userSecret, organizationSecret });
}
