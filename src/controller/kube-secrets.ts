import { z } from 'zod';
import { ownedLabelsOf } from '../api/defaults.ts';
import { API_VERSION, CONNECTOR_NAMES } from '../api/group.ts';
import { isKubeError } from '../kube/errors.ts';
import type { KubeObject } from '../kube/object.ts';
import { collectionPath, objectPath, wellKnown } from '../kube/paths.ts';
import type { KubeRest } from '../kube/rest.ts';
import type { NewSecret, Secrets } from './ports.ts';
import type { SecretFact } from './world.ts';

const secretSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string(),
    ownerReferences: z.array(z.object({ uid: z.string() })).default([]),
  }),
  data: z.record(z.string(), z.string()).default({}),
});

/** What the Secrets of the cluster are read and written with. */
export interface KubeSecretsOptions {
  readonly rest: KubeRest;
  /** From the metadata cache. */
  readonly cached: (namespace: string, name: string) => KubeObject | undefined;
  /** Told of every value that is read, so that no log line can show it. */
  readonly register: (value: string) => void;
}

/** Secrets by way of the API server; what is not a call comes from the metadata cache. */
export function createKubeSecrets({ rest, cached, register }: KubeSecretsOptions): Secrets {
  const keep = (answer: unknown): SecretFact => {
    const secret = secretSchema.parse(answer);
    for (const value of Object.values(secret.data)) {
      register(Buffer.from(value, 'base64').toString('utf8').trim());
    }
    const { resourceVersion, ownerReferences } = secret.metadata;
    return {
      state: 'read',
      resourceVersion,
      owners: ownerReferences.map(({ uid }) => uid),
      data: secret.data,
    };
  };
  return {
    known(namespace, name) {
      const object = cached(namespace, name);
      return object === undefined
        ? { state: 'absent' }
        : {
            state: 'unread',
            resourceVersion: object.metadata.resourceVersion,
            owners: (object.metadata.ownerReferences ?? []).map(({ uid }) => uid),
          };
    },
    async read(namespace, name, signal) {
      try {
        return keep(await rest.get(objectPath(wellKnown.secrets, namespace, name), { signal }));
      } catch (error) {
        if (isKubeError(error, 'not-found')) {
          return { state: 'absent' };
        }
        throw error;
      }
    },
    async create(secret, signal) {
      const { namespace } = secret.owner.metadata;
      return keep(
        await rest.create(collectionPath(wellKnown.secrets, namespace), manifest(secret), { signal }),
      );
    },
    async update(secret, resourceVersion, signal) {
      const path = objectPath(wellKnown.secrets, secret.owner.metadata.namespace, secret.name);
      // A JSON patch replaces `data` whole, so that keys that somebody added go; labels of others stay.
      const patch = [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'add', path: '/data', value: encode(secret.data) },
      ];
      return keep(await rest.patch(path, patch, { type: 'json', signal }));
    },
    async remove(namespace, name, resourceVersion, signal) {
      const path = objectPath(wellKnown.secrets, namespace, name);
      await rest.delete(path, { preconditions: { resourceVersion }, signal });
    },
    async disown(namespace, name, resourceVersion, signal) {
      const patch = { metadata: { resourceVersion, ownerReferences: null } };
      await rest.patch(objectPath(wellKnown.secrets, namespace, name), patch, { type: 'merge', signal });
    },
  };
}

function manifest({ owner, name, type, data }: NewSecret): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels: ownedLabelsOf(owner),
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: CONNECTOR_NAMES.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    data: encode(data),
  };
}

function encode(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]),
  );
}
