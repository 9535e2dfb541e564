import { z } from 'zod';
import { ownedLabelsOf } from '../api/defaults.ts';
import { API_VERSION, CONNECTOR_NAMES, LABELS, MANAGED_BY } from '../api/group.ts';
import { isKubeError } from '../kube/client/errors.ts';
import type { KubeObject, OwnerReference } from '../kube/client/object.ts';
import { collectionPath, objectPath, wellKnown } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import { ELEMENT_KEYS } from '../provider/elements.ts';
import { type ManagedMetadata, mergedMetadata, withRecord } from './managed-metadata.ts';
import { decodeValue, encodeData } from './secret-data.ts';
import type { SecretFact } from './secret-fact.ts';
import { SecretReader } from './secret-reader.ts';
import type { NewSecret, Secrets, SecretVersion } from './secrets.ts';

const secretSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string(),
    namespace: z.string().default(''),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.object({ uid: z.string(), kind: z.string(), name: z.string() })).default([]),
  }),
  data: z.record(z.string(), z.string()).default({}),
});

/** Dependencies of `createKubeSecrets`. */
export interface KubeSecretsOptions {
  readonly rest: Pick<KubeRest, 'create' | 'delete' | 'get' | 'patch'>;
  /** From the metadata cache. */
  readonly cached: (namespace: string, name: string) => KubeObject | undefined;
  /** The names of the Secrets of a namespace in the metadata cache. Absent: each read is a GET. */
  readonly cachedNames?: ((namespace: string) => readonly string[]) | undefined;
  /** The Secrets that the operator created for the resource with this uid, from the metadata cache. Absent: none. */
  readonly ownedBy?: ((uid: string) => readonly KubeObject[]) | undefined;
  /** Receives every value that is read, for redaction. */
  readonly register: (value: string) => void;
  /** Whether an InfusionsoftConnector with this uid exists. Absent: no Secret counts as a leftover. */
  readonly isAlive?: ((namespace: string, name: string, uid: string) => boolean) | undefined;
}

/** Constants of the connection Secret, which are not masked in logs. */
const PUBLIC_VALUES: ReadonlySet<string> = new Set([...ELEMENT_KEYS, 'open-connectors']);

/** Secrets of the API server and of the metadata cache. */
export function createKubeSecrets({
  rest,
  cached,
  cachedNames,
  ownedBy = () => [],
  register,
  isAlive = () => true,
}: KubeSecretsOptions): Secrets {
  const leftBy = leftByAmong(isAlive);
  const keep = (answer: unknown): SecretFact => secretFactOf(answer, register, isAlive);
  const reader = new SecretReader({ rest, cached, cachedNames });
  return {
    known(namespace, name) {
      const object = cached(namespace, name);
      return object === undefined
        ? { state: 'absent' }
        : {
            state: 'unread',
            resourceVersion: object.metadata.resourceVersion,
            owners: (object.metadata.ownerReferences ?? []).map(({ uid }) => uid),
            leftBy: leftBy(object.metadata),
          };
    },
    owned: (namespace, uid) =>
      ownedBy(uid).flatMap(({ metadata }) => (metadata.namespace === namespace ? [metadata.name] : [])),
    async read(namespace, name, signal) {
      try {
        return keep(await reader.read(namespace, name, signal));
      } catch (error) {
        if (isKubeError(error, 'not-found')) {
          return { state: 'absent', confirmed: true };
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
    async update(secret, current, signal) {
      const path = objectPath(wellKnown.secrets, secret.owner.metadata.namespace, secret.name);
      // A JSON patch replaces `data` as a whole, which removes foreign keys.
      const patch = [
        { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
        ...metadataPatch(secret, current),
        { op: 'add', path: '/data', value: encodeData(secret.data) },
        { op: 'add', path: '/metadata/ownerReferences', value: ownersOf(secret) },
      ];
      return keep(await rest.patch(path, patch, { type: 'json', signal }));
    },
    async remove(namespace, name, resourceVersion, signal) {
      const path = objectPath(wellKnown.secrets, namespace, name);
      try {
        await rest.delete(path, { preconditions: { resourceVersion }, signal });
        return 'removed';
      } catch (error) {
        if (isKubeError(error, 'not-found')) {
          return 'absent';
        }
        if (isKubeError(error, 'conflict')) {
          return 'conflict';
        }
        throw error;
      }
    },
    async disown(namespace, name, resourceVersion, signal) {
      const patch = { metadata: { resourceVersion, ownerReferences: null } };
      await rest.patch(objectPath(wellKnown.secrets, namespace, name), patch, { type: 'merge', signal });
    },
  };
}

/** A Secret as the API server returned it. `register` receives every value, for redaction. */
export function secretFactOf(
  answer: unknown,
  register: (value: string) => void,
  isAlive: NonNullable<KubeSecretsOptions['isAlive']> = () => true,
): Extract<SecretFact, { state: 'read' }> {
  const secret = secretSchema.parse(answer);
  for (const value of Object.values(secret.data)) {
    const text = decodeValue(value).trim();
    if (!PUBLIC_VALUES.has(text)) {
      register(text);
    }
  }
  const { resourceVersion, ownerReferences, labels, annotations } = secret.metadata;
  return {
    state: 'read',
    resourceVersion,
    owners: ownerReferences.map(({ uid }) => uid),
    leftBy: leftByAmong(isAlive)(secret.metadata),
    metadata: { labels, annotations },
    data: secret.data,
  };
}

type Ownership = {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly Pick<OwnerReference, 'kind' | 'name' | 'uid'>[];
};

/** The value of the operator's label on a Secret whose owners, if any, are deleted connectors. */
function leftByAmong(isAlive: NonNullable<KubeSecretsOptions['isAlive']>) {
  return ({ namespace = '', labels = {}, ownerReferences = [] }: Ownership): string | undefined => {
    const isOurs = labels[LABELS.managedBy] === MANAGED_BY;
    const isLeft = ownerReferences.every(
      ({ kind, name, uid }) => kind === CONNECTOR_NAMES.kind && !isAlive(namespace, name, uid),
    );
    return isOurs && isLeft ? labels[LABELS.connector] : undefined;
  };
}

function manifest(secret: NewSecret): Record<string, unknown> {
  const { owner, name, type, data } = secret;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      ...withRecord(managedBy(secret)),
      ownerReferences: ownersOf(secret),
    },
    data: encodeData(data),
  };
}

/** Replaces labels and annotations as a whole, because a JSON patch cannot add to a map that is absent. */
function metadataPatch({ metadata }: NewSecret, current: SecretVersion): object[] {
  if (metadata === undefined || current.metadata === undefined) {
    return [];
  }
  const { labels, annotations } = mergedMetadata(current.metadata, metadata);
  return [
    { op: 'add', path: '/metadata/labels', value: labels },
    { op: 'add', path: '/metadata/annotations', value: annotations },
  ];
}

function managedBy({ owner, metadata }: NewSecret): ManagedMetadata {
  return (
    metadata ?? {
      labels: ownedLabelsOf(owner),
      annotations: {},
      removable: { labels: [], annotations: [] },
    }
  );
}

function ownersOf({ owner }: NewSecret): OwnerReference[] {
  const { name, uid } = owner.metadata;
  return [
    {
      apiVersion: API_VERSION,
      kind: CONNECTOR_NAMES.kind,
      name,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
}
