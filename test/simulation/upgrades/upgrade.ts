import { z } from 'zod';
import { ANNOTATIONS, API_VERSION, CONNECTOR_NAMES, GROUP } from '../../../src/api/group.ts';
import { TEAM } from '../environment/cluster.ts';
import type { Environment } from '../environment/environment.ts';
import type { Replicas } from '../environment/replicas.ts';
import {
  earlierRecord,
  earlierStatus,
  type KeyedHashes,
  learnKeyedHash,
  losesOutcome,
  NEW_KEY,
} from './earlier-form.ts';

/** Ends the operator, and starts it again with the state of the release before. */
export type Upgrade = (replicas: Replicas) => Promise<void>;

const COLLECTION = `${CONNECTOR_NAMES.plural}.${GROUP}`;

const stored = z.object({
  metadata: z.object({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z.record(z.string(), z.unknown()).default({}),
});

const storedSecret = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

/**
 * Prepares upgrades of an environment whose operator has not started: what its processes store is read as it is written.
 * While the operator is down, an upgrade rewrites all state of which the release before has another form into that form:
 * write-ahead records, statuses and connection Secrets. A connector whose state that form cannot hold stays as it is.
 */
export function prepareUpgrades({ cluster, trace }: Environment): Upgrade {
  const hashes: KeyedHashes = new Map();
  const { store } = cluster.server;
  store.subscribe(({ collection, object }) => {
    if (collection === COLLECTION) {
      learnKeyedHash(hashes, stored.parse(object).metadata.annotations[ANNOTATIONS.attempt]);
    }
  });
  const patch = async (path: string, body: object): Promise<void> => {
    const options = { contentType: 'application/merge-patch+json' };
    const { status } = await cluster.rest.request('PATCH', path, body, options);
    // A user may have deleted it meanwhile.
    if (status !== 200 && status !== 404) {
      throw new Error(`PATCH ${path}: ${status}`);
    }
  };
  const rewriteConnector = async (object: unknown): Promise<void> => {
    const { metadata, status } = stored.parse(object);
    const annotation = metadata.annotations[ANNOTATIONS.attempt];
    if (losesOutcome(status, annotation)) {
      return;
    }
    const path = `/apis/${API_VERSION}/namespaces/${TEAM}/${CONNECTOR_NAMES.plural}/${metadata.name}`;
    const record = earlierRecord(hashes, annotation);
    const removed = earlierStatus(status);
    if (record !== undefined) {
      trace.note('upgrade', `${metadata.name}: record of the release before`);
      await patch(path, { metadata: { annotations: { [ANNOTATIONS.attempt]: record } } });
    }
    if (removed !== undefined) {
      trace.note('upgrade', `${metadata.name}: status without ${JSON.stringify(removed)}`);
      await patch(`${path}/status`, { status: removed });
    }
  };
  return async (replicas) => {
    await replicas.replace('another version starts', async () => {
      for (const [, object] of store.list(COLLECTION).entries) {
        await rewriteConnector(object);
      }
      for (const [, object] of store.list('secrets').entries) {
        const { metadata, data } = storedSecret.parse(object);
        if (metadata.namespace === TEAM && NEW_KEY in data) {
          trace.note('upgrade', `Secret ${metadata.name}: without the key ${NEW_KEY}`);
          await patch(`/api/v1/namespaces/${TEAM}/secrets/${metadata.name}`, { data: { [NEW_KEY]: null } });
        }
      }
    });
  };
}
