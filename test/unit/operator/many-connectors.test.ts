import { describe, expect, it, vi } from 'vitest';
import { createFallbackRelease } from '../../../src/account/credentials/fallback-release.ts';
import { createAccountUsers } from '../../../src/account/users.ts';
import { ACCOUNT_RESOURCE, CONNECTOR_RESOURCE } from '../../../src/api/group.ts';
import { parseConnector } from '../../../src/api/parse.ts';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import type { ResourceType } from '../../../src/kube/client/paths.ts';
import { ObjectStore } from '../../../src/kube/watch/store.ts';
import { peersOf } from '../../../src/operator/peers-of.ts';
import { releaseAccount } from '../../../src/operator/release-account.ts';
import {
  accountOfConnector,
  accountsOfDeletedConnector,
  INDEX,
  ownerOfConnector,
  recordedAccountsOfConnector,
} from '../../../src/ownership/references.ts';
import { account } from '../../support/builders/account.ts';
import { ACCOUNT } from '../../support/builders/connector.ts';
import { CLUSTER } from '../../support/builders/instance.ts';

const MANY = 10_000;

/** A settled connector that counts how often something reads its status or its spec. */
function countedConnector(index: number, reads: { count: number }): KubeObject {
  const name = `crm-${index}`;
  const parts = {
    spec: { accountRef: { name: 'sap' } },
    status: {
      instance: { id: index, connector: 'infusionsoftrest', account: ACCOUNT },
      credentials: [{ secretName: name, key: 'client_id', fingerprint: `client-${index}` }],
    },
  };
  const object = {
    apiVersion: 'openconnectors.dev/v1beta1',
    kind: 'InfusionsoftConnector',
    metadata: { name, namespace: 'team-a', uid: `uid-${index}`, resourceVersion: '1', generation: 1 },
    get spec() {
      reads.count += 1;
      return parts.spec;
    },
    get status() {
      reads.count += 1;
      return parts.status;
    },
  };
  return object;
}

/** A cache of 10,000 connectors of one account. */
function arrange() {
  const reads = { count: 0 };
  const store = new ObjectStore();
  store.addIndex(INDEX.account, accountOfConnector);
  store.addIndex(INDEX.recordedAccount, recordedAccountsOfConnector);
  store.addIndex(INDEX.deletedInAccount, accountsOfDeletedConnector);
  store.addIndex(INDEX.owner, ownerOfConnector(CLUSTER));
  const objects = Array.from({ length: MANY }, (_, index) => countedConnector(index, reads));
  for (const object of objects) {
    store.upsert(object);
  }
  reads.count = 0;
  return { store, objects, reads, copies: vi.spyOn(store, 'byIndex') };
}

describe('with 10,000 connectors of one account', () => {
  it('a deletion releases the fallback credentials without a look at another connector', async () => {
    const { store, objects, reads, copies } = arrange();
    const calls: string[] = [];
    const fallback = createFallbackRelease({
      rest: { get: async () => ({ items: [], metadata: {} }) },
      connectors: store,
      watches: () => false,
      close: (uid) => void calls.push(`close ${uid}`),
      drop: async (uid) => void calls.push(`drop ${uid}`),
    });
    for (const object of objects.slice(0, 100)) {
      store.remove(object);
      reads.count = 0;
      await fallback.release(ACCOUNT.uid, 'team-a', new AbortController().signal);
      expect(reads.count).toBe(0);
    }
    expect(copies).not.toHaveBeenCalled();
    expect(calls).toEqual(Array.from({ length: 100 }, () => `close ${ACCOUNT.uid}`));
  });

  it('deletions in one second reconcile the account once, and the last one immediately', () => {
    const { store, objects, copies } = arrange();
    const accounts = new ObjectStore();
    accounts.upsert({
      apiVersion: 'openconnectors.dev/v1beta1',
      kind: 'OpenConnectorsAccount',
      metadata: { name: 'sap', namespace: 'team-a', uid: ACCOUNT.uid, resourceVersion: '1' },
    });
    const delays: (number | undefined)[] = [];
    const manager = {
      store: ({ plural }: ResourceType) => (plural === CONNECTOR_RESOURCE.plural ? store : accounts),
      reconcileLater: (resource: ResourceType, _object: unknown, afterMs?: number) => {
        expect(resource).toBe(ACCOUNT_RESOURCE);
        delays.push(afterMs);
      },
    };
    for (const object of objects) {
      const connector = parseConnector(object);
      store.remove(object);
      releaseAccount(manager, connector);
    }
    // The queue keeps the earliest of several delays.
    expect(delays.slice(0, -1).every((delay) => delay === 1_000)).toBe(true);
    expect(delays.at(-1)).toBeUndefined();
    expect(delays).toHaveLength(MANY);
    expect(copies).not.toHaveBeenCalled();
  });

  it('the status of an account looks at each connector once', () => {
    const { store, objects, reads, copies } = arrange();
    const users = createAccountUsers(store, { get: async () => undefined });
    const tags = objects.flatMap(ownerOfConnector(CLUSTER));
    expect(tags.filter((tag) => users.isOwned(tag))).toHaveLength(MANY);
    expect([reads.count, copies.mock.calls.length]).toEqual([0, 0]);
    users.connectors(account());
    expect([reads.count, copies.mock.calls.length]).toEqual([0, 1]);
    tags.filter((tag) => users.own(account(), tag));
    expect(reads.count).toBe(MANY);
  });

  it('a failing call stops at 60 other connectors where each has a client_id of its own', () => {
    const { store, objects, reads } = arrange();
    const own = parseConnector(objects[MANY / 2]);
    reads.count = 0;
    const peers = peersOf(store, own);
    expect(peers).toHaveLength(60);
    expect(reads.count).toBeLessThan(60 * 10);
  });
});
