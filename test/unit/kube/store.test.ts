import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import { isOlderVersion } from '../../../src/kube/watch/resource-version.ts';
import { ObjectStore } from '../../../src/kube/watch/store.ts';

function object(name: string, resourceVersion: string, uid = `uid-${name}`, labels = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Widget',
    metadata: { namespace: 'team', name, uid, resourceVersion, labels },
  };
}

describe('a resource version', () => {
  test('is older when it is the smaller integer, however long', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), (a, b) => {
        expect(isOlderVersion(String(a), String(b))).toBe(a < b);
      }),
    );
  });

  test('that is no integer is never known to be older', () => {
    expect(isOlderVersion('abc', '5')).toBe(false);
    expect(isOlderVersion('5', 'abc')).toBe(false);
  });
});

describe('a store', () => {
  it('ignores an event that is older than the stored response to an own write', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9'));
    expect(store.updateCache(object('a', '10')).outcome).toBe('updated');
    expect(store.upsert(object('a', '9')).outcome).toBe('ignored');
    expect(store.upsert(object('a', '10')).outcome).toBe('ignored');
    expect(store.get('team', 'a')?.metadata.resourceVersion).toBe('10');
  });

  it('ignores the response to a write that is older than the last watch event', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '12'));
    expect(store.updateCache(object('a', '11')).outcome).toBe('ignored');
  });

  it('does not restore an object whose deletion arrived before the response to a write', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9'));
    expect(store.remove(object('a', '11'))?.metadata.resourceVersion).toBe('9');
    expect(store.updateCache(object('a', '10')).outcome).toBe('ignored');
    expect(store.updateCache(object('a', '11')).outcome).toBe('ignored');
    expect(store.size).toBe(0);
  });

  it('takes back an object that left the selection and returned', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9'));
    store.remove(object('a', '11'));
    expect(store.upsert(object('a', '12')).outcome).toBe('added');
    expect(store.updateCache(object('a', '13')).outcome).toBe('updated');
  });

  it('takes back by a list what an earlier list did not have', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9'));
    store.removeAbsent({ start: store.beginList(), keys: new Set(), resourceVersion: '20' });
    expect(store.updateCache(object('a', '10')).outcome).toBe('ignored');
    expect(store.upsertListed(object('a', '9'), store.beginList()).outcome).toBe('added');
  });

  it('distinguishes a recreated object from a changed one, and a late deletion of the old one does not remove the new', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9', 'old'));
    expect(store.upsert(object('a', '12', 'new')).outcome).toBe('recreated');
    expect(store.remove(object('a', '11', 'old'))).toBeUndefined();
    expect(store.get('team', 'a')?.metadata.uid).toBe('new');
  });

  it('removes what a list does not have, except in other namespaces and for newer responses to writes', () => {
    const store = new ObjectStore();
    store.upsert(object('listed', '1'));
    store.upsert(object('gone', '2'));
    store.updateCache(object('written-before', '60'));
    const start = store.beginList();
    store.updateCache(object('written-and-gone', '30'));
    store.updateCache(object('just-created', '50'));
    const elsewhere: KubeObject = {
      ...object('a', '1', 'x'),
      metadata: { ...object('a', '1', 'x').metadata, namespace: 'other' },
    };
    store.upsert(elsewhere);
    const removed = store.removeAbsent({
      start,
      keys: new Set(['team/listed']),
      resourceVersion: '40',
      namespace: 'team',
    });
    expect(removed.map(({ metadata }) => metadata.name)).toEqual([
      'gone',
      'written-before',
      'written-and-gone',
    ]);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['listed', 'just-created', 'a']);
  });

  it('stores an older version from a list, unless a response arrived while the list was read', () => {
    const store = new ObjectStore();
    store.upsert(object('restored', '90'));
    store.upsert(object('written', '90'));
    const start = store.beginList();
    store.updateCache(object('written', '95'));
    expect(store.upsertListed(object('restored', '50'), start).outcome).toBe('updated');
    expect(store.upsertListed(object('restored', '50'), start).outcome).toBe('ignored');
    expect(store.upsertListed(object('written', '90'), start).outcome).toBe('ignored');
    expect(store.upsertListed(object('written', '90'), store.beginList()).outcome).toBe('updated');
  });

  test('keeps its indexes true through every change', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '1', 'a', { app: 'x' }));
    store.addIndex('app', ({ metadata }) => (metadata.labels?.['app'] ? [metadata.labels['app']] : []));
    store.upsert(object('b', '1', 'b', { app: 'x' }));
    expect(store.byIndex('app', 'x')).toHaveLength(2);
    store.upsert(object('b', '2', 'b', { app: 'y' }));
    expect(store.byIndex('app', 'x').map(({ metadata }) => metadata.name)).toEqual(['a']);
    store.remove(object('b', '3', 'b'));
    expect(store.byIndex('app', 'y')).toEqual([]);
    expect(() => store.byIndex('nope', 'x')).toThrow('no index');
  });

  it('takes the response to a write again after a list brought an older version back', () => {
    const store = new ObjectStore();
    store.remove(object('a', '11'));
    store.upsertListed(object('a', '5'), store.beginList());
    expect(store.updateCache(object('a', '8')).outcome).toBe('updated');
  });

  it('does not restore an object that another of its name has replaced', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9', 'old'));
    store.upsert(object('a', '12', 'new'));
    store.remove(object('a', '14', 'new'));
    expect(store.updateCache(object('a', '10', 'old')).outcome).toBe('ignored');
  });

  it('reports a listed object as recreated that has the version of another', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9', 'old'));
    expect(store.upsertListed(object('a', '9', 'new'), store.beginList()).outcome).toBe('recreated');
  });

  it('remembers the latest 4096 deletions', () => {
    const store = new ObjectStore();
    const removeAll = (from: number, to: number): void => {
      for (let n = from; n < to; n += 1) {
        store.remove(object(`o-${n}`, '20'));
      }
    };
    removeAll(0, 4_096);
    expect(store.updateCache(object('o-0', '10')).outcome).toBe('ignored');
    store.remove(object('o-0', '20'));
    store.remove(object('another', '20'));
    expect(store.updateCache(object('o-0', '10')).outcome).toBe('ignored');
    expect(store.updateCache(object('o-1', '10')).outcome).toBe('added');
    expect(store.updateCache(object('o-2', '10')).outcome).toBe('ignored');
  });
});

describe('an index of a store', () => {
  const named = (store: ObjectStore, key: string): string[] =>
    store.byIndex('labels', key).map(({ metadata }) => metadata.name);
  const indexed = (): ObjectStore => {
    const store = new ObjectStore();
    store.addIndex('labels', ({ metadata }) => Object.keys(metadata.labels ?? {}));
    return store;
  };

  it('is added once', () => {
    const store = indexed();
    expect(() => store.addIndex('labels', () => [])).toThrow('the store already has an index named labels');
    expect(store.countByIndex('labels', 'x')).toBe(0);
  });

  it('keeps the order of the objects through changes that leave their keys', () => {
    const store = indexed();
    store.upsert(object('a', '1', 'a', { x: '', y: '' }));
    store.upsert(object('b', '1', 'b', { x: '' }));
    store.upsert(object('a', '2', 'a', { x: '', y: '' }));
    expect([named(store, 'x'), store.countByIndex('labels', 'x')]).toEqual([['a', 'b'], 2]);
    expect(store.byIndex('labels', 'x')[0]?.metadata.resourceVersion).toBe('2');
  });

  it.each([
    ['more keys', ['x', 'y'], ['x', 'y', 'z']],
    ['fewer keys', ['x', 'y', 'z'], ['x']],
    ['another key', ['x', 'y'], ['x', 'z']],
    ['other keys', ['x'], ['y']],
    ['no key', ['x'], []],
  ])('follows an object to %s', (_title, before, after) => {
    const store = indexed();
    const labels = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, '']));
    store.upsert(object('a', '1', 'a', labels(before)));
    store.upsert(object('a', '2', 'a', labels(after)));
    const found = ['x', 'y', 'z'].filter((key) => store.countByIndex('labels', key) > 0);
    expect(found).toEqual([...after]);
  });
});
