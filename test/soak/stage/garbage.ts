import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import type { Rest } from '../../support/controlplane/rest.ts';

const ownedSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        uid: z.string(),
        ownerReferences: z.array(z.object({ uid: z.string() })).default([]),
      }),
    }),
  ),
});

async function list(rest: Rest, path: string) {
  const { status, body } = await rest.request('GET', path);
  if (status !== 200) {
    throw new Error(`GET ${path}: ${status}`);
  }
  return ownedSchema.parse(body).items.map(({ metadata }) => metadata);
}

/** Deletes Secrets without existing owners, because a bare kube-apiserver has no garbage collector. */
export async function collectGarbage(rest: Rest, namespace: string): Promise<void> {
  // Secrets first, so that an owner that is created in between is found.
  const secrets = await list(rest, `/api/v1/namespaces/${namespace}/secrets`);
  const owned = secrets.filter(({ ownerReferences }) => ownerReferences.length > 0);
  const kinds = ['infusionsoftconnectors', 'openconnectorsaccounts'];
  const owners = await Promise.all(
    kinds.map((plural) => list(rest, `/apis/${API_VERSION}/namespaces/${namespace}/${plural}`)),
  );
  const alive = new Set(owners.flat().map(({ uid }) => uid));
  for (const { name, uid, ownerReferences } of owned) {
    if (!ownerReferences.some((owner) => alive.has(owner.uid))) {
      await rest.request('DELETE', `/api/v1/namespaces/${namespace}/secrets/${name}`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid },
      });
    }
  }
}
