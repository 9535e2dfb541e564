import { z } from 'zod';
import { MANAGED_BY } from '../api/group.ts';
import { isKubeError } from '../kube/client/errors.ts';
import { collectionPath, objectPath, wellKnown } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { Random } from '../runtime/random.ts';

/** Name of the Secret in the operator's namespace that holds the key of the fingerprints. */
export const FINGERPRINT_SECRET = 'infusionsoft-connector-operator-fingerprints';

const KEY = 'key';
const LENGTH = 32;

const secretSchema = z.object({ data: z.object({ [KEY]: z.string() }) });

/**
 * The key of the fingerprints, read from its Secret; the first leader creates the Secret. After a loss each resource is
 * compared with Open Connectors once. @throws KubeError, or an error when the Secret has no valid key.
 */
export async function loadFingerprintKey(rest: KubeRest, namespace: string, random: Random): Promise<Buffer> {
  const existing = await read(rest, namespace);
  if (existing !== undefined) {
    return existing;
  }
  const key = random.bytes(LENGTH);
  try {
    await rest.create(collectionPath(wellKnown.secrets, namespace), {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: {
        name: FINGERPRINT_SECRET,
        namespace,
        labels: { 'app.kubernetes.io/managed-by': MANAGED_BY },
      },
      data: { [KEY]: key.toString('base64') },
    });
    return key;
  } catch (error) {
    const winner = isKubeError(error, 'already-exists') ? await read(rest, namespace) : undefined;
    if (winner === undefined) {
      throw error;
    }
    return winner;
  }
}

async function read(rest: KubeRest, namespace: string): Promise<Buffer | undefined> {
  try {
    const answer = await rest.get(objectPath(wellKnown.secrets, namespace, FINGERPRINT_SECRET));
    const parsed = secretSchema.safeParse(answer);
    const key = Buffer.from(parsed.data?.data[KEY] ?? '', 'base64');
    if (key.length < LENGTH) {
      throw new Error(
        `Secret "${FINGERPRINT_SECRET}" in namespace "${namespace}" has no key "${KEY}" of ${LENGTH} bytes; delete it, and the operator makes a new one`,
      );
    }
    return key;
  } catch (error) {
    if (isKubeError(error, 'not-found')) {
      return undefined;
    }
    throw error;
  }
}
