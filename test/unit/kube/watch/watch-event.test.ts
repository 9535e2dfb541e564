import { describe, expect, it } from 'vitest';
import {
  MalformedResponseError,
  parseListPage,
  parseWatchEvent,
  reduce,
} from '../../../../src/kube/watch/watch-event.ts';

const METADATA = { name: 'crm', namespace: 'team', uid: 'u', resourceVersion: '7' };
const OBJECT = { apiVersion: 'v1', kind: 'Widget', metadata: METADATA, spec: { size: 1 } };

const line = (type: string, object: unknown): string => JSON.stringify({ type, object });

describe('a line of a watch', () => {
  it.each([
    ['ADDED', { type: 'upsert', object: OBJECT }],
    ['MODIFIED', { type: 'upsert', object: OBJECT }],
    ['DELETED', { type: 'delete', object: OBJECT }],
  ])('of type %s carries the whole object', (type, expected) => {
    expect(parseWatchEvent(line(type, OBJECT))).toEqual(expected);
  });

  it('of type BOOKMARK moves the resource version on, although its object has no name', () => {
    expect(parseWatchEvent(line('BOOKMARK', { metadata: { resourceVersion: '9' } }))).toEqual({
      type: 'bookmark',
      resourceVersion: '9',
    });
  });

  it('of type ERROR carries the status as it is', () => {
    const status = { kind: 'Status', code: 410 };
    expect(parseWatchEvent(line('ERROR', status))).toEqual({ type: 'error', status });
  });

  it.each([
    ['no JSON', '{', 'a watch event is not JSON'],
    ['no object', '7', 'a watch event is not an object'],
    ['null', 'null', 'a watch event is not an object'],
    ['of an unknown type', line('RENAMED', OBJECT), 'a watch event has an unknown type'],
    ['without an object', line('ADDED', undefined), 'a watch event has no complete object'],
    ['without a uid', line('ADDED', { metadata: { ...METADATA, uid: 1 } }), 'has no complete object'],
    ['a bookmark without an object', line('BOOKMARK', null), 'a bookmark has no resourceVersion'],
    ['a bookmark without metadata', line('BOOKMARK', {}), 'a bookmark has no resourceVersion'],
    [
      'a bookmark whose version is a number',
      line('BOOKMARK', { metadata: { resourceVersion: 9 } }),
      'a bookmark has no resourceVersion',
    ],
  ])('is refused: %s', (_title, text, message) => {
    expect(() => parseWatchEvent(text)).toThrow(MalformedResponseError);
    expect(() => parseWatchEvent(text)).toThrow(message);
  });
});

describe('a page of a list', () => {
  const page = (change: object): object => ({
    apiVersion: 'example.dev/v1',
    kind: 'WidgetList',
    metadata: { resourceVersion: '12' },
    ...change,
  });

  it('fills in the type of its items from its own', () => {
    expect(parseListPage(page({ items: [{ metadata: METADATA }] }))).toEqual({
      items: [{ metadata: METADATA, apiVersion: 'example.dev/v1', kind: 'Widget' }],
      resourceVersion: '12',
      continueToken: '',
    });
  });

  it.each([
    ['apiVersion', { metadata: METADATA, kind: 'Gadget' }],
    ['kind', { metadata: METADATA, apiVersion: 'v2' }],
  ])('fills in the type of an item without %s', (_missing, item) => {
    expect(parseListPage(page({ items: [item] })).items).toEqual([
      { metadata: METADATA, apiVersion: 'example.dev/v1', kind: 'Widget' },
    ]);
  });

  it('keeps the type of an item that has one', () => {
    expect(parseListPage(page({ items: [OBJECT] })).items).toEqual([OBJECT]);
  });

  it('removes only the last "List" of its kind', () => {
    const { items } = parseListPage(page({ kind: 'ListerList', items: [{ metadata: METADATA }] }));
    expect(items).toMatchObject([{ kind: 'Lister' }]);
    const { items: of } = parseListPage(page({ kind: 'ListView', items: [{ metadata: METADATA }] }));
    expect(of).toMatchObject([{ kind: 'ListView' }]);
  });

  it('has empty types where it has none itself', () => {
    const untyped = { metadata: { resourceVersion: '12' }, items: [{ metadata: METADATA }] };
    expect(parseListPage(untyped).items).toEqual([{ metadata: METADATA, apiVersion: '', kind: '' }]);
  });

  it('carries the token of the next page', () => {
    expect(parseListPage(page({ metadata: { resourceVersion: '1', continue: 'next' } }))).toEqual({
      items: [],
      resourceVersion: '1',
      continueToken: 'next',
    });
    expect(parseListPage(page({ metadata: { resourceVersion: '1', continue: 7 } })).continueToken).toBe('');
  });

  it.each([
    ['no object', [], 'the list has no metadata'],
    ['without metadata', {}, 'the list has no metadata'],
    ['without a resource version', { metadata: {} }, 'the list has no resourceVersion'],
    [
      'an item without a name',
      { metadata: { resourceVersion: '1' }, items: [{ metadata: { uid: 'u', resourceVersion: '1' } }] },
      'a list item is incomplete',
    ],
  ])('is refused: %s', (_title, body, message) => {
    expect(() => parseListPage(body)).toThrow(MalformedResponseError);
    expect(() => parseListPage(body)).toThrow(message);
  });
});

const METADATA_TYPE = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' };

describe('what is stored of an object', () => {
  it('is all but managedFields', () => {
    const received = { ...OBJECT, metadata: { ...METADATA, managedFields: [{ manager: 'helm' }] } };
    expect(reduce(received)).toStrictEqual(OBJECT);
  });

  it('is identity, labels, owners and the deletion with metadata only', () => {
    const kept = {
      ...METADATA,
      labels: { app: 'x' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Widget', name: 'o', uid: 'o' }],
      deletionTimestamp: '2026-01-01T00:00:00Z',
    };
    const received = { ...OBJECT, data: { key: 'value' }, metadata: { ...kept, annotations: { a: 'b' } } };
    expect(reduce(received, true)).toStrictEqual({ ...METADATA_TYPE, metadata: kept });
  });

  it('has no field that the object does not have', () => {
    const metadata = { name: 'crm', uid: 'u', resourceVersion: '7' };
    expect(reduce({ ...OBJECT, metadata }, true)).toStrictEqual({ ...METADATA_TYPE, metadata });
  });
});
