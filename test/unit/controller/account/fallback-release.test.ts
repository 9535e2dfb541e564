import { describe, expect, it } from 'vitest';
import { createFallbackRelease } from '../../../../src/controller/account/fallback-release.ts';
import { DEFAULT_ACCOUNT_UID } from '../../../../src/controller/account/registry.ts';
import { INDEX, recordedAccountOfConnector } from '../../../../src/controller/references.ts';
import type { KubeObject } from '../../../../src/kube/object.ts';
import { ObjectStore } from '../../../../src/kube/store.ts';

const { signal } = new AbortController();

/** A connector with an instance in the account `uid`. */
function connectorOf(name: string, uid: string, isDeleted = false): KubeObject {
  const connector = {
    apiVersion: 'openconnectors.dev/v1beta1',
    kind: 'InfusionsoftConnector',
    metadata: {
      name,
      namespace: 'team-a',
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      ...(isDeleted && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    status: { instance: { id: 1, account: { uid } } },
  };
  return connector;
}

interface Cluster {
  readonly watched?: readonly KubeObject[];
  /** What the API server lists, also outside of the label selector. */
  readonly connectors?: readonly KubeObject[];
  readonly accountUids?: readonly string[];
}

/** What was done after a connector with an instance in the account `uid` was gone from `cluster`. */
async function released(uid: string, cluster: Cluster = {}): Promise<readonly string[]> {
  const store = new ObjectStore();
  store.addIndex(INDEX.recordedAccount, recordedAccountOfConnector);
  for (const connector of cluster.watched ?? []) {
    store.upsert(connector);
  }
  const done: string[] = [];
  const accounts = (cluster.accountUids ?? []).map((uid) => ({
    apiVersion: 'openconnectors.dev/v1beta1',
    kind: 'OpenConnectorsAccount',
    metadata: { name: uid, namespace: 'team-a', uid, resourceVersion: '1' },
  }));
  const release = createFallbackRelease({
    rest: {
      get: async (path) => ({
        items: path.endsWith('accounts') ? accounts : (cluster.connectors ?? cluster.watched ?? []),
        metadata: {},
      }),
    },
    connectors: store,
    close: (uid) => done.push(`close ${uid}`),
    drop: async (uid) => void done.push(`drop ${uid}`),
  });
  await release(uid, 'team-a', signal);
  return done;
}

describe('after a connector is gone, its fallback credentials', () => {
  it('are closed and dropped with the last connector of an account that is gone', async () => {
    expect(await released('a')).toEqual(['close a', 'drop a']);
    expect(await released('a', { watched: [connectorOf('erp', 'b')] })).toEqual(['close a', 'drop a']);
  });

  it('are closed, and kept for the next deletion, while the account exists', async () => {
    expect(await released('a', { accountUids: ['a'] })).toEqual(['close a']);
  });

  it('are closed, and kept, while another connector has an instance in the account', async () => {
    expect(await released('a', { watched: [connectorOf('erp', 'a')] })).toEqual(['close a']);
  });

  it('stay open while another connector of the account is being deleted', async () => {
    expect(await released('a', { watched: [connectorOf('erp', 'a', true)] })).toEqual([]);
  });

  it('are kept for a connector that another operator selects', async () => {
    expect(await released('a', { connectors: [connectorOf('erp', 'a')] })).toEqual(['close a']);
  });

  it('do not exist for the default account', async () => {
    expect(await released(DEFAULT_ACCOUNT_UID)).toEqual([]);
  });
});
