import { z } from 'zod';
import { MANAGED_BY } from '../../api/group.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import { collectionPath, objectPath, type ResourcePath, wellKnown } from '../../kube/client/paths.ts';
import type { KubeRest } from '../../kube/client/rest.ts';
import type { Tombstone } from '../../ownership/tombstone.ts';
import { decodeValue, encodeValue } from '../../secrets/secret-data.ts';

/** Name of the Secret in the operator's namespace that holds the tombstones, one key for each deleted resource. */
export const TOMBSTONE_SECRET = 'infusionsoft-connector-operator-tombstones';

const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

const entrySchema = z.object({
  account: z.object({ uid: z.string(), baseUrl: z.string(), organizationId: z.string() }),
  namespace: z.string(),
  until: z.iso.datetime(),
});

/** The tombstones as they are stored. All methods throw `KubeError`. */
export class TombstoneStore {
  readonly #rest: KubeRest;
  readonly #namespace: string;

  constructor(rest: KubeRest, namespace: string) {
    this.#rest = rest;
    this.#namespace = namespace;
  }

  /** All that are stored; entries that cannot be read are left out. */
  async list(): Promise<Tombstone[]> {
    try {
      const { data } = secretSchema.parse(await this.#rest.get(this.#path()));
      return Object.entries(data).flatMap(([uid, value]) => decode(uid, value));
    } catch (error) {
      if (isKubeError(error, 'not-found')) {
        return [];
      }
      throw error;
    }
  }

  async write(tombstone: Tombstone): Promise<void> {
    const data = { [tombstone.uid]: encode(tombstone) };
    if (await this.#patch(data)) {
      return;
    }
    try {
      await this.#create(data);
    } catch (error) {
      // Another write created the Secret meanwhile.
      if (!isKubeError(error, 'already-exists') || !(await this.#patch(data))) {
        throw error;
      }
    }
  }

  async remove(uid: string): Promise<void> {
    await this.#patch({ [uid]: null });
  }

  /** Resolves with whether the Secret exists. */
  async #patch(data: Readonly<Record<string, string | null>>): Promise<boolean> {
    try {
      await this.#rest.patch(this.#path(), { data }, { type: 'merge' });
      return true;
    } catch (error) {
      if (isKubeError(error, 'not-found')) {
        return false;
      }
      throw error;
    }
  }

  async #create(data: Readonly<Record<string, string>>): Promise<void> {
    await this.#rest.create(collectionPath(wellKnown.secrets, this.#namespace), {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: {
        name: TOMBSTONE_SECRET,
        namespace: this.#namespace,
        labels: { 'app.kubernetes.io/managed-by': MANAGED_BY },
      },
      data,
    });
  }

  #path(): ResourcePath {
    return objectPath(wellKnown.secrets, this.#namespace, TOMBSTONE_SECRET);
  }
}

function encode({ account, namespace, until }: Tombstone): string {
  const entry = { account, namespace, until: new Date(until).toISOString() };
  return encodeValue(JSON.stringify(entry));
}

function decode(uid: string, value: string): Tombstone[] {
  try {
    const { account, namespace, until } = entrySchema.parse(JSON.parse(decodeValue(value)));
    return [{ uid, namespace, account, until: Date.parse(until) }];
  } catch {
    // Written by another program: it names no account in which anything could be looked for.
    return [];
  }
}
