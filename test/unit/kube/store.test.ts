import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/object.ts';
import { isOlderVersion } from '../../../src/kube/resource-version.ts';
import { ObjectStore } from '../../../src/kube/store.ts';

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
  test('ignores an event that is older than the absorbed answer to an own write', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9'));
    expect(store.upsert(object('a', '10')).outcome).toBe('updated');
    expect(store.upsert(object('a', '9')).outcome).toBe('ignored');
    expect(store.upsert(object('a', '10')).outcome).toBe('ignored');
    expect(store.get('team', 'a')?.metadata.resourceVersion).toBe('10');
  });

  test('does not bring back an object whose deletion was seen before the answer to a write', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9'));
    expect(store.remove('team', 'a', 'uid-a')?.metadata.resourceVersion).toBe('9');
    expect(store.upsert(object('a', '10')).outcome).toBe('ignored');
    expect(store.size).toBe(0);
  });

  test('tells a recreated object from a changed one, and a late deletion of the old one does not remove the new', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '9', 'old'));
    expect(store.upsert(object('a', '12', 'new')).outcome).toBe('recreated');
    expect(store.remove('team', 'a', 'old')).toBeUndefined();
    expect(store.get('team', 'a')?.metadata.uid).toBe('new');
  });

  test('removes what a list does not have, but for other namespaces and what is newer than the list', () => {
    const store = new ObjectStore();
    store.upsert(object('listed', '1'));
    store.upsert(object('gone', '2'));
    store.upsert(object('just-created', '50'));
    const elsewhere: KubeObject = {
      ...object('a', '1', 'x'),
      metadata: { ...object('a', '1', 'x').metadata, namespace: 'other' },
    };
    store.upsert(elsewhere);
    const removed = store.removeAbsent(new Set(['team/listed']), '40', 'team');
    expect(removed.map(({ metadata }) => metadata.name)).toEqual(['gone']);
    expect(store.size).toBe(3);
  });

  test('keeps its indexes true through every change', () => {
    const store = new ObjectStore();
    store.upsert(object('a', '1', 'a', { app: 'x' }));
    store.addIndex('app', ({ metadata }) => (metadata.labels?.['app'] ? [metadata.labels['app']] : []));
    store.upsert(object('b', '1', 'b', { app: 'x' }));
    expect(store.byIndex('app', 'x')).toHaveLength(2);
    store.upsert(object('b', '2', 'b', { app: 'y' }));
    expect(store.byIndex('app', 'x').map(({ metadata }) => metadata.name)).toEqual(['a']);
    store.remove('team', 'b', 'b');
    expect(store.byIndex('app', 'y')).toEqual([]);
    expect(() => store.byIndex('nope', 'x')).toThrow('no index');
  });
});
