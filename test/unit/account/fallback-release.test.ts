import { describe, expect, it } from 'vitest';
import { createFallbackRelease } from '../../../src/account/credentials/fallback-release.ts';
import { ANNOTATIONS } from '../../../src/api/group.ts';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import { ObjectStore } from '../../../src/kube/watch/store.ts';
import { DEFAULT_ACCOUNT_UID } from '../../../src/ownership/account-key.ts';
import {
  accountsOfDeletedConnector,
  INDEX,
  recordedAccountsOfConnector,
} from '../../../src/ownership/references.ts';
import { ACCOUNT, attempt } from '../../support/builders/connector.ts';

const { signal } = new AbortController();

/** A connector with an instance in the account `uid`. */
function connectorOf(name: string, uid: string | undefined, isDeleted = false): KubeObject {
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
    ...(uid !== undefined && { status: { instance: { id: 1, account: { uid } } } }),
  };
  return connector;
}

interface Cluster {
  readonly watched?: readonly KubeObject[];
  /** What the API server lists, also outside of the label selector. */
  readonly connectors?: readonly KubeObject[];
  readonly accountUids?: readonly string[];
  readonly onList?: () => void;
}

/** What is done in `cluster`, while late instances of the accounts `watched` are waited for. */
function arrange(cluster: Cluster, watched: readonly string[]) {
  const store = new ObjectStore();
  store.addIndex(INDEX.recordedAccount, recordedAccountsOfConnector);
  store.addIndex(INDEX.deletedInAccount, accountsOfDeletedConnector);
  for (const connector of cluster.watched ?? []) {
    store.upsert(connector);
  }
  const done: string[] = [];
  const accounts = (cluster.accountUids ?? []).map((uid) => ({
    apiVersion: 'openconnectors.dev/v1beta1',
    kind: 'OpenConnectorsAccount',
    metadata: { name: uid, namespace: 'team-a', uid, resourceVersion: '1' },
  }));
  const fallback = createFallbackRelease({
    watches: (uid) => watched.includes(uid),
    rest: {
      get: async (path) => {
        cluster.onList?.();
        const listed = cluster.connectors ?? cluster.watched ?? [];
        return { items: path.plural === 'openconnectorsaccounts' ? accounts : listed, metadata: {} };
      },
    },
    connectors: store,
    close: (uid) => done.push(`close ${uid}`),
    drop: async (uid) => void done.push(`drop ${uid}`),
  });
  return { done, fallback };
}

/** What was done after `deleted` was gone from `cluster`. */
async function released(
  deleted: KubeObject,
  cluster: Cluster = {},
  watched: readonly string[] = [],
): Promise<readonly string[]> {
  const { done, fallback } = arrange(cluster, watched);
  for (const uid of recordedAccountsOfConnector(deleted)) {
    await fallback.release(uid, 'team-a', signal);
  }
  return done;
}

/** What was done when account `a` was about to go from `cluster`. */
async function accountGoes(
  cluster: Cluster = {},
  watched: readonly string[] = [],
): Promise<readonly string[]> {
  const { done, fallback } = arrange({ accountUids: ['a'], ...cluster }, watched);
  await fallback.dropWithAccount('a', 'team-a', signal);
  return done;
}

describe('after a connector is gone, its fallback credentials', () => {
  it('are closed and dropped with the last connector of an account that is gone', async () => {
    expect(await released(connectorOf('crm', 'a'))).toEqual(['close a', 'drop a']);
    expect(await released(connectorOf('crm', 'a'), { watched: [connectorOf('erp', 'b')] })).toEqual([
      'close a',
      'drop a',
    ]);
  });

  it('are closed, and kept for the next deletion, while the account exists', async () => {
    expect(await released(connectorOf('crm', 'a'), { accountUids: ['a'] })).toEqual(['close a']);
    expect(await released(connectorOf('crm', 'a'), { accountUids: ['b'] })).toEqual(['close a', 'drop a']);
  });

  it('are closed, and kept, while another connector has an instance in the account', async () => {
    expect(await released(connectorOf('crm', 'a'), { watched: [connectorOf('erp', 'a')] })).toEqual([
      'close a',
    ]);
  });

  it('cost no list of the API server while the cache shows a connector that needs them', async () => {
    let lists = 0;
    const onList = (): void => {
      lists += 1;
    };
    await released(connectorOf('crm', 'a'), { watched: [connectorOf('erp', 'a')], onList });
    expect(lists).toBe(0);
    await released(connectorOf('crm', 'a'), { onList });
    expect(lists).toBe(2);
  });

  it('stay open while another connector of the account is being deleted', async () => {
    expect(await released(connectorOf('crm', 'a'), { watched: [connectorOf('erp', 'a', true)] })).toEqual([]);
  });

  it('are kept for a connector that another operator selects', async () => {
    expect(await released(connectorOf('crm', 'a'), { connectors: [connectorOf('erp', 'a')] })).toEqual([
      'close a',
    ]);
  });

  it('stay while a late instance of the account may have to be deleted', async () => {
    expect(await released(connectorOf('crm', 'a'), {}, ['a'])).toEqual([]);
  });

  it('are kept for a connector whose create in the account has an unknown outcome', async () => {
    const pending = connectorOf('erp', undefined);
    const record = attempt({ account: { ...ACCOUNT, uid: 'a' } });
    const annotated = {
      ...pending,
      metadata: { ...pending.metadata, annotations: { [ANNOTATIONS.attempt]: record } },
    };
    expect(await released(connectorOf('crm', 'a'), { watched: [annotated] })).toEqual(['close a']);
  });

  it.each([undefined, DEFAULT_ACCOUNT_UID])('do not exist for an account %s', async (uid) => {
    expect(await released(connectorOf('crm', uid))).toEqual([]);
  });
});

describe('when an account goes, its fallback credentials', () => {
  it('go with it', async () => {
    expect(await accountGoes()).toEqual(['drop a']);
    expect(await accountGoes({ watched: [connectorOf('erp', 'b')] })).toEqual(['drop a']);
  });

  it('stay for a connector that has an instance in it and names another account by now', async () => {
    expect(await accountGoes({ watched: [connectorOf('crm', 'a')] })).toEqual([]);
    expect(await accountGoes({ connectors: [connectorOf('crm', 'a')] })).toEqual([]);
  });

  it('stay while a late instance may have to be deleted', async () => {
    expect(await accountGoes({}, ['a'])).toEqual([]);
  });
});
