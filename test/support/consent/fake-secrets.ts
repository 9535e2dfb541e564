import { KubeError } from '../../../src/kube/client/errors.ts';
import { decodeData, encodeData } from '../../../src/secrets/secret-data.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';
import type { NewSecret, Secrets, SecretVersion } from '../../../src/secrets/secrets.ts';

interface Stored {
  readonly resourceVersion: string;
  readonly owners: readonly string[];
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Secrets in memory, with versions and preconditions like the API server, and a metadata cache that may be stale. */
export class FakeSecrets implements Secrets {
  /** Every call but `known`, such as `read team-a/crm-consent-code`. */
  readonly calls: string[] = [];
  /** While set, the content of the cache. */
  cache: ((namespace: string, name: string) => SecretFact) | undefined;
  /** Runs before each call; may throw or wait. */
  before: (call: string) => Promise<void> | void = () => undefined;
  readonly #stored = new Map<string, Stored>();
  #version = 0;

  /** Writes a Secret like another client; values in clear. */
  put(
    namespace: string,
    name: string,
    values: Readonly<Record<string, string>>,
    owners: readonly string[] = [],
    type = 'Opaque',
  ): void {
    this.#version += 1;
    const data = encodeData(values);
    this.#stored.set(`${namespace}/${name}`, {
      resourceVersion: String(this.#version),
      owners,
      type,
      data,
    });
  }

  take(namespace: string, name: string): void {
    this.#stored.delete(`${namespace}/${name}`);
  }

  /** The values in clear; `undefined` where the Secret does not exist. */
  values(namespace: string, name: string): Record<string, string> | undefined {
    const stored = this.#stored.get(`${namespace}/${name}`);
    return stored && decodeData(stored.data);
  }

  typeOf(namespace: string, name: string): string | undefined {
    return this.#stored.get(`${namespace}/${name}`)?.type;
  }

  owned(): readonly string[] {
    return [];
  }

  known(namespace: string, name: string): SecretFact {
    if (this.cache !== undefined) {
      return this.cache(namespace, name);
    }
    const stored = this.#stored.get(`${namespace}/${name}`);
    return stored === undefined
      ? { state: 'absent' }
      : { state: 'unread', resourceVersion: stored.resourceVersion, owners: stored.owners };
  }

  async read(namespace: string, name: string): Promise<SecretFact> {
    await this.#call('read', namespace, name);
    return this.#fact(`${namespace}/${name}`);
  }

  async create(secret: NewSecret): Promise<SecretFact> {
    const { namespace, uid } = secret.owner.metadata;
    await this.#call('create', namespace, secret.name);
    if (this.#stored.has(`${namespace}/${secret.name}`)) {
      throw new KubeError('already-exists', `secrets ${secret.name} exists`);
    }
    this.put(namespace, secret.name, secret.data, [uid], secret.type);
    return this.#fact(`${namespace}/${secret.name}`);
  }

  async update(secret: NewSecret, { resourceVersion }: SecretVersion): Promise<SecretFact> {
    const { namespace } = secret.owner.metadata;
    await this.#call('update', namespace, secret.name);
    const stored = this.#require(namespace, secret.name, resourceVersion);
    this.put(namespace, secret.name, secret.data, stored.owners, stored.type);
    return this.#fact(`${namespace}/${secret.name}`);
  }

  async remove(
    namespace: string,
    name: string,
    resourceVersion: string,
  ): Promise<'removed' | 'absent' | 'conflict'> {
    await this.#call('remove', namespace, name);
    const stored = this.#stored.get(`${namespace}/${name}`);
    if (stored === undefined || stored.resourceVersion !== resourceVersion) {
      return stored === undefined ? 'absent' : 'conflict';
    }
    this.#stored.delete(`${namespace}/${name}`);
    return 'removed';
  }

  async disown(): Promise<void> {
    throw new Error('the consent pages never call disown');
  }

  async #call(verb: string, namespace: string, name: string): Promise<void> {
    const call = `${verb} ${namespace}/${name}`;
    await this.before(call);
    this.calls.push(call);
  }

  #require(namespace: string, name: string, resourceVersion: string): Stored {
    const stored = this.#stored.get(`${namespace}/${name}`);
    if (stored === undefined) {
      throw new KubeError('not-found', `secrets ${name} not found`);
    }
    if (stored.resourceVersion !== resourceVersion) {
      throw new KubeError('conflict', `secrets ${name} was changed`);
    }
    return stored;
  }

  #fact(key: string): SecretFact {
    const stored = this.#stored.get(key);
    return stored === undefined
      ? { state: 'absent' }
      : {
          state: 'read',
          resourceVersion: stored.resourceVersion,
          owners: stored.owners,
          metadata: { labels: {}, annotations: {} },
          data: stored.data,
        };
  }
}
