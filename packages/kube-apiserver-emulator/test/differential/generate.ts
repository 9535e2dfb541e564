import type { Random } from 'test-kit/random.ts';
import {
  type Body,
  KINDS,
  type Operation,
  type PatchType,
  type Plural,
  type Representation,
} from './operation.ts';

const NAMES = ['a', 'b', 'c'] as const;
const FINALIZERS = ['example.com/one', 'example.com/two'] as const;
const LABELS: readonly Body[] = [{}, { x: '1' }, { x: '2' }, { x: '1', y: '1' }, { y: '2' }];
const LABEL_SELECTORS = ['x=1', 'x!=1', 'x in (1,2)', 'x', '!x', 'x=1,y=1', 'x notin (2)', 'x=1,', 'x in 1'];
const FIELD_SELECTORS = ['metadata.name=a', 'metadata.name!=a', 'metadata.namespace!=other', 'spec.size=1'];
const MANAGERS = ['one', 'two'] as const;

/** Draws from lists. */
class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  chance(probability: number): boolean {
    return this.#random.fraction() < probability;
  }

  of<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    const value = values[Math.floor(this.#random.fraction() * values.length)];
    if (value === undefined) {
      throw new Error('drawn from nothing');
    }
    return value;
  }

  /** Each entry with its weight. */
  weighted<T>(entries: readonly (readonly [number, T])[]): T {
    const total = entries.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.#random.fraction() * total;
    for (const [weight, value] of entries) {
      left -= weight;
      if (left < 0) {
        return value;
      }
    }
    throw new Error('drawn from nothing');
  }
}

/** A sequence of `length` operations on a few objects of one kind, so that they meet. */
export function generate(random: Random, length: number): readonly Operation[] {
  const draw = new Draw(random);
  const plural = draw.of(['secrets', 'configmaps', 'widgets', 'gadgets'] as const);
  const first: readonly Operation[] = [{ verb: 'create', plural, body: wholeObject(draw, plural, 'a', 0) }];
  return [...first, ...Array.from({ length: length - 1 }, () => operation(draw, plural))];
}

function operation(draw: Draw, plural: Plural): Operation {
  const name = draw.of(NAMES);
  const isCustom = plural === 'widgets' || plural === 'gadgets';
  const status = isCustom && draw.chance(0.25);
  const on = { plural, name, ...(status && { status }) };
  return draw.weighted<() => Operation>([
    [
      5,
      () => ({
        verb: 'create',
        plural,
        ...queryOf(draw, 'write'),
        body: wholeObject(draw, plural, name, 0.2),
      }),
    ],
    [
      3,
      () => ({
        verb: 'update',
        ...on,
        ...queryOf(draw, 'write'),
        body: {
          ...changeOf(draw),
          ...contentOf(draw, plural),
          ...statusOf(draw, plural, status ? 0.9 : 0.2),
        },
      }),
    ],
    [2, () => replacement(draw, plural, on)],
    [8, () => patch(draw, plural, on)],
    [4, () => ({ verb: 'delete', plural, name, body: deleteOptions(draw), ...queryOf(draw, 'delete') })],
    [3, () => ({ verb: 'get', ...on, ...representationOf(draw) })],
    [3, () => ({ verb: 'list', plural, ...selectorsOf(draw), ...representationOf(draw) })],
    [
      1,
      () => ({
        verb: 'pages',
        plural,
        ...selectorsOf(draw, 0.3),
        limit: draw.of([1, 2]),
        ...(draw.chance(0.5) && { between: operation(draw, plural) }),
      }),
    ],
    [1, () => ({ verb: 'delete-collection', plural, ...selectorsOf(draw) })],
    [1, () => ({ verb: 'watch', plural, from: draw.of(['start', 'now'] as const), ...watchQuery(draw) })],
  ])();
}

function replacement(
  draw: Draw,
  plural: Plural,
  on: { readonly plural: Plural; readonly name: string },
): Operation {
  const object = wholeObject(draw, plural, draw.chance(0.9) ? on.name : 'other', 0.4);
  const version = draw.weighted<Body>([
    [5, { resourceVersion: '$current' }],
    [3, { resourceVersion: '$stale' }],
    [1, {}],
    [1, { resourceVersion: '$current', uid: '$uid' }],
    [1, { resourceVersion: '$current', uid: 'another' }],
  ]);
  const body = { ...object, metadata: { ...object.metadata, ...version } };
  return { verb: 'replace', ...on, ...queryOf(draw, 'write'), body };
}

function wholeObject(draw: Draw, plural: Plural, name: string, statusProbability: number): Named {
  const object = {
    ...objectOf(draw, plural, name),
    ...contentOf(draw, plural),
    ...statusOf(draw, plural, statusProbability),
  };
  // A null in the data of a Secret is a listed difference.
  return plural === 'secrets' ? { ...withoutNulls(object), metadata: object.metadata } : object;
}

function patch(
  draw: Draw,
  plural: Plural,
  on: { readonly plural: Plural; readonly name: string },
): Operation {
  const type = draw.of<PatchType>(['json', 'merge', 'merge', 'strategic', 'apply', 'apply']);
  if (type === 'json') {
    return { verb: 'patch', type, ...on, ...queryOf(draw, 'write'), body: jsonPatch(draw, plural) };
  }
  if (type === 'apply') {
    const query = { fieldManager: draw.of(MANAGERS), ...(draw.chance(0.3) && { force: 'true' }) };
    return { verb: 'patch', type, ...on, query, body: applicable(wholeObject(draw, plural, on.name, 0.4)) };
  }
  return {
    verb: 'patch',
    type,
    ...on,
    ...queryOf(draw, 'write'),
    body: { ...changeOf(draw), ...contentOf(draw, plural), ...statusOf(draw, plural, 0.4) },
  };
}

/** Without the null and the invalid base64 of listed differences. */
function applicable(body: Body): Body {
  return JSON.parse(JSON.stringify(withoutNulls(body)).replace('not base64', 'YQ=='));
}

function withoutNulls(body: Body): Body {
  return JSON.parse(JSON.stringify(body, (_key, value: unknown) => value ?? undefined));
}

function jsonPatch(draw: Draw, plural: Plural): readonly Body[] {
  const value = draw.of(['1', '2']);
  const operations: readonly Body[] = [
    { op: 'add', path: '/metadata/labels', value: { x: value } },
    { op: 'add', path: '/metadata/labels/y', value },
    { op: 'replace', path: '/metadata/labels/x', value },
    { op: 'remove', path: '/metadata/labels/x' },
    { op: 'test', path: '/metadata/name', value: draw.of(['a', 'b']) },
    { op: 'test', path: '/metadata/resourceVersion', value: draw.of(['$current', '$stale']) },
    { op: 'add', path: '/metadata/finalizers', value: [draw.of(FINALIZERS)] },
    { op: 'add', path: '/metadata/finalizers/-', value: draw.of(FINALIZERS) },
    { op: 'remove', path: '/metadata/finalizers' },
    { op: 'remove', path: '/metadata/finalizers/0' },
    { op: 'copy', from: '/metadata/name', path: '/metadata/labels/z' },
    { op: 'copy', from: '/metadata/labels', path: '/metadata/annotations' },
    { op: 'move', from: '/metadata/labels/x', path: '/metadata/labels/z' },
    ...(plural === 'secrets' || plural === 'configmaps'
      ? [{ op: 'replace', path: '/data', value: { k: plural === 'secrets' ? 'YQ==' : 'a' } }]
      : [
          { op: 'add', path: '/spec/size', value: draw.of([1, 2, 'two']) },
          { op: 'remove', path: '/spec' },
        ]),
  ];
  return draw.chance(0.6) ? [draw.of(operations)] : [draw.of(operations), draw.of(operations)];
}

interface Named extends Body {
  readonly metadata: Body;
}

function objectOf(draw: Draw, plural: Plural, name: string): Named {
  const { apiVersion, kind } = KINDS[plural];
  return {
    apiVersion: draw.chance(0.97) ? apiVersion : 'v2',
    kind: draw.chance(0.97) ? kind : 'Other',
    metadata: { name: draw.chance(0.97) ? name : 'Not a name', ...metadataOf(draw) },
  };
}

function metadataOf(draw: Draw): Body {
  return {
    ...(draw.chance(0.5) && { labels: draw.chance(0.95) ? draw.of(LABELS) : { x: 'not valid' } }),
    ...(draw.chance(0.2) && { annotations: { note: draw.of(['1', '2']) } }),
    ...(draw.chance(0.2) && { finalizers: draw.chance(0.9) ? [draw.of(FINALIZERS)] : ['unqualified'] }),
  };
}

/** Changes of metadata as a merge. */
function changeOf(draw: Draw): Body {
  const metadata = draw.weighted<Body>([
    [4, {}],
    [3, { labels: draw.of(LABELS) }],
    [1, { labels: { x: null } }],
    [1, { labels: null }],
    [1, { labels: { x: 1 } }],
    [2, { finalizers: [draw.of(FINALIZERS)] }],
    [2, { finalizers: null }],
    [1, { annotations: { note: '2' } }],
    [1, { resourceVersion: '$stale' }],
    [1, { resourceVersion: '$current' }],
    [1, { uid: 'another' }],
    [1, { name: 'another' }],
    [1, { generation: 7 }],
    [1, { creationTimestamp: null }],
    [1, { managedFields: [{}] }],
    [1, { unknown: 'field' }],
  ]);
  return { metadata };
}

function contentOf(draw: Draw, plural: Plural): Body {
  switch (plural) {
    case 'secrets':
      return draw.weighted<Body>([
        [3, {}],
        [3, { data: { k: draw.of(['YQ==', 'Yg==']) } }],
        [2, { stringData: { k: draw.of(['a', 'b']), l: 'c' } }],
        [1, { data: { k: null } }],
        [1, { data: { k: 'not base64' } }],
        [1, { data: { 'not a key': 'YQ==' } }],
        [1, { type: draw.of(['Opaque', 'example.com/other', 'kubernetes.io/basic-auth']) }],
        [1, { immutable: draw.of([true, false]) }],
        [1, { unknown: { a: 1 } }],
      ]);
    case 'configmaps':
      return draw.weighted<Body>([
        [3, {}],
        [3, { data: { k: draw.of(['a', 'b']) } }],
        [1, { binaryData: { b: 'YQ==' } }],
        [1, { data: { k: null } }],
        [1, { data: { k: 1 } }],
        [1, { data: { b: 'a' }, binaryData: { b: 'YQ==' } }],
        [1, { data: { 'not a key': 'a' } }],
        [1, { immutable: draw.of([true, false]) }],
        [1, { unknown: { a: 1 } }],
      ]);
    case 'widgets':
      return draw.weighted<Body>([
        [4, { spec: { size: draw.of([1, 2]) } }],
        [1, { spec: { size: 1, mode: draw.of(['fast', 'slow']) } }],
        [1, { spec: { size: 0 } }],
        [1, { spec: { size: 'large' } }],
        [1, { spec: { size: 1.5 } }],
        [1, { spec: { mode: null } }],
        [1, { spec: {} }],
        [1, { spec: null }],
        [1, { spec: { size: 1, unknown: true } }],
        [1, {}],
      ]);
    case 'gadgets':
      return draw.weighted<Body>([
        [2, { spec: { size: draw.of([1, 2]) } }],
        [1, { spec: { map: draw.of<Body>([{ a: '1' }, { b: '2' }, { a: null }]) } }],
        [1, { spec: { atomicMap: draw.of<Body>([{ a: '1' }, { b: '2' }]) } }],
        [1, { spec: { list: draw.of([['a'], ['a', 'b'], ['b', 'a']]) } }],
        [1, { spec: { set: draw.of([['a'], ['a', 'b'], ['b', 'c'], ['a', 'a']]) } }],
        [
          2,
          {
            spec: {
              pairs: draw.of<readonly Body[]>([
                [{ name: 'a', value: '1' }],
                [{ name: 'b', value: '1', other: '2' }],
                [{ name: 'a', value: '2' }, { name: 'b' }],
                [{ name: 'a' }, { name: 'a' }],
                [{ value: 'without name' }],
              ]),
            },
          },
        ],
        [1, { spec: { free: { anything: [1, { b: 2 }] } } }],
        [1, { spec: { nested: draw.of<Body>([{ a: '1' }, { b: '2' }, { a: null }]) } }],
        [1, {}],
      ]);
  }
}

function statusOf(draw: Draw, plural: Plural, probability: number): Body {
  if ((plural !== 'widgets' && plural !== 'gadgets') || !draw.chance(probability)) {
    return {};
  }
  const condition = { type: draw.of(['Ready', 'Synced']), status: draw.of(['True', 'False']) };
  return {
    status: draw.weighted<Body>([
      [
        2,
        plural === 'widgets' ? { observedGeneration: draw.of([1, 2]) } : { phase: draw.of(['one', 'two']) },
      ],
      [2, { conditions: [condition] }],
      [1, { conditions: [condition, { type: 'Other', status: 'True' }] }],
      [1, { conditions: 'none' }],
    ]),
  };
}

function queryOf(
  draw: Draw,
  verb: 'write' | 'delete',
): { readonly query?: Readonly<Record<string, string>> } {
  const query = {
    ...(draw.chance(0.1) && { dryRun: draw.chance(0.8) ? 'All' : 'Some' }),
    ...(verb === 'write' && draw.chance(0.3) && { fieldManager: draw.of(MANAGERS) }),
    ...(verb === 'write' && draw.chance(0.15) && { fieldValidation: draw.of(['Strict', 'Ignore']) }),
    ...(verb === 'write' && draw.chance(0.03) && { fieldValidation: 'Sometimes', dryRun: 'All' }),
  };
  return Object.keys(query).length > 0 ? { query } : {};
}

function deleteOptions(draw: Draw): Body {
  return draw.weighted<Body>([
    [5, {}],
    [1, { preconditions: { resourceVersion: '$current' } }],
    [1, { preconditions: { resourceVersion: '$stale' } }],
    [1, { preconditions: { uid: '$uid' } }],
    [1, { preconditions: { uid: 'another' } }],
    [1, { gracePeriodSeconds: draw.of([0, 30, -1]) }],
    [1, { propagationPolicy: draw.of(['Background', 'Sideways']) }],
  ]);
}

function selectorsOf(draw: Draw, probability = 0.7): { readonly query?: Readonly<Record<string, string>> } {
  if (!draw.chance(probability)) {
    return {};
  }
  return {
    query: draw.chance(0.7)
      ? { labelSelector: draw.of(LABEL_SELECTORS) }
      : { fieldSelector: draw.of(FIELD_SELECTORS) },
  };
}

/** Selections that the object at the end of a sequence belongs to, so that every watch ends. */
function watchQuery(draw: Draw): { readonly query?: Readonly<Record<string, string>> } {
  return draw.weighted<{ readonly query?: Readonly<Record<string, string>> }>([
    [3, {}],
    [2, { query: { labelSelector: 'x=1' } }],
    [1, { query: { labelSelector: 'x notin (2)' } }],
    [1, { query: { fieldSelector: 'metadata.name!=a' } }],
    [1, { query: { allowWatchBookmarks: 'true' } }],
  ]);
}

function representationOf(draw: Draw): { readonly as?: Representation } {
  return draw.weighted<{ readonly as?: Representation }>([
    [6, {}],
    [1, { as: 'Table' }],
    [1, { as: 'PartialObjectMetadata' }],
  ]);
}
