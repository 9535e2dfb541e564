import { z } from 'zod';
import { isKubeError } from '../../kube/client/errors.ts';
import type { KubeRest } from '../../kube/client/rest.ts';
import type { Tombstone } from '../../ownership/tombstone.ts';
import { decodeValue, encodeValue } from '../../secrets/secret-data.ts';
import { OwnSecret } from '../own-secret.ts';

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
  readonly #secret: OwnSecret;

  constructor(rest: KubeRest, namespace: string) {
    this.#secret = new OwnSecret(rest, namespace, TOMBSTONE_SECRET);
  }

  /** All that are stored; entries that cannot be read are left out. */
  async list(): Promise<Tombstone[]> {
    const secret = await this.#secret.read();
    const data = secret === undefined ? {} : secretSchema.parse(secret).data;
    return Object.entries(data).flatMap(([uid, value]) => decode(uid, value));
  }

  async write(tombstone: Tombstone): Promise<void> {
    const data = { [tombstone.uid]: encode(tombstone) };
    if (await this.#secret.patch(data)) {
      return;
    }
    try {
      await this.#secret.create(data);
    } catch (error) {
      // Another write created the Secret meanwhile.
      if (!isKubeError(error, 'already-exists') || !(await this.#secret.patch(data))) {
        throw error;
      }
    }
  }

  async remove(uid: string): Promise<void> {
    await this.#secret.patch({ [uid]: null });
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
