import { describe, expect, it, vi } from 'vitest';
import { createAccountUsers } from '../../../src/account/users.ts';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import { formatPath } from '../../../src/kube/client/paths.ts';
import { ObjectStore } from '../../../src/kube/watch/store.ts';
import { ownerTags } from '../../../src/ownership/owner-tags.ts';
import { accountOfConnector, INDEX, ownerOfConnector } from '../../../src/ownership/references.ts';
import { account } from '../../support/builders/account.ts';
import { CLUSTER } from '../../support/builders/instance.ts';

vi.mock('../../../src/ownership/owner-tags.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/ownership/owner-tags.ts')>();
  return { ...original, ownerTags: vi.fn(original.ownerTags) };
});

const { signal } = new AbortController();

function connectorOf(name: string, accountName = 'sap', namespace = 'team-a'): KubeObject {
  const connector = {
    apiVersion: 'openconnectors.dev/v1beta1',
    kind: 'InfusionsoftConnector',
    metadata: { name, namespace, uid: `uid-${namespace}-${name}`, resourceVersion: '1' },
    spec: { accountRef: { name: accountName } },
  };
  return connector;
}

const tagOf = (name: string, namespace = 'team-a'): string =>
  ownerTags({ clusterId: CLUSTER, namespace, name, uid: '' }).owner;

function usersOf(connectors: readonly KubeObject[], pages: readonly unknown[] = []) {
  const store = new ObjectStore();
  store.addIndex(INDEX.account, accountOfConnector);
  store.addIndex(INDEX.owner, ownerOfConnector(CLUSTER));
  for (const connector of connectors) {
    store.upsert(connector);
  }
  const asked: unknown[] = [];
  const users = createAccountUsers(store, {
    get: async (path, options) => {
      asked.push([formatPath(path), options?.query]);
      return pages[asked.length - 1];
    },
  });
  return { users, asked };
}

describe('the users of an account', () => {
  it('finds the owners of 1,000 instances without computing a tag', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `crm-${index}`);
    const { users } = usersOf(names.map((name) => connectorOf(name)));
    const tags = names.map((name) => tagOf(name));
    vi.mocked(ownerTags).mockClear();
    expect(tags.filter((tag) => users.own(account(), tag))).toHaveLength(1_000);
    expect(tags.filter((tag) => users.isOwned(tag))).toHaveLength(1_000);
    expect(users.names(account())).toEqual(names);
    expect(ownerTags, 'a hash for each connector blocks the event loop').not.toHaveBeenCalled();
  });

  it('separates the connectors of one account from those of another', () => {
    const { users } = usersOf([
      connectorOf('crm'),
      connectorOf('erp', 'other'),
      connectorOf('crm', 'sap', 'team-b'),
    ]);
    expect(users.names(account())).toEqual(['crm']);
    expect(
      [tagOf('crm'), tagOf('erp'), tagOf('crm', 'team-b'), tagOf('none')].map((tag) =>
        users.own(account(), tag),
      ),
    ).toEqual([true, false, false, false]);
    expect([tagOf('erp'), tagOf('none')].map((tag) => users.isOwned(tag))).toEqual([true, false]);
  });

  it('lists them page by page, whatever the cache holds', async () => {
    const { users, asked } = usersOf(
      [],
      [
        { items: [connectorOf('crm'), connectorOf('erp', 'other')], metadata: { continue: 'next' } },
        { items: [connectorOf('hr'), { broken: true }], metadata: {} },
      ],
    );
    expect(await users.listNames(account(), signal)).toEqual(['crm', 'hr']);
    const path = '/apis/openconnectors.dev/v1beta1/namespaces/team-a/infusionsoftconnectors';
    expect(asked).toEqual([
      [path, { limit: 500, continue: undefined }],
      [path, { limit: 500, continue: 'next' }],
    ]);
  });
});
