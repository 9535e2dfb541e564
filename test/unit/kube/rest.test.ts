import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeError } from '../../../src/kube/client/errors.ts';
import { collectionPath, formatPath, objectPath } from '../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import {
  KubeRest,
  type KubeRestOptions,
  type ObservedCall,
  type ObservedRetry,
} from '../../../src/kube/client/rest.ts';
import { FakeKube } from '../../support/fakekube/fakekube.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const widgets = { group: 'example.dev', version: 'v1', plural: 'widgets' };
const path = objectPath(widgets, 'team', 'a');

let fake: FakeKube;
let config: PooledKubeConfig;
let clock: VirtualClock;

beforeEach(async () => {
  fake = await FakeKube.start();
  config = fake.config();
  clock = new VirtualClock();
  fake.collection('example.dev/v1', 'widgets').create('team', { kind: 'Widget', metadata: { name: 'a' } });
});

afterEach(async () => {
  await config.close();
  await fake.close();
});

function client(options: Partial<KubeRestOptions> = {}): KubeRest {
  return new KubeRest({ config, clock, ...options });
}

/** Advances until `promise` is settled, so that a test waits for answers but never for time. */
async function whilePassing<T>(promise: Promise<T>, stepMs = 500): Promise<T> {
  let isSettled = false;
  const done = promise.finally(() => {
    isSettled = true;
  });
  done.catch(() => undefined);
  while (!isSettled) {
    await clock.advance(stepMs);
  }
  return done;
}

async function failure(promise: Promise<unknown>): Promise<KubeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error as KubeError;
}

describe('a call that fails', () => {
  test.each([
    [400, 'BadRequest', 'bad-request'],
    [401, 'Unauthorized', 'unauthorized'],
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'not-found'],
    [409, 'AlreadyExists', 'already-exists'],
    [409, 'Conflict', 'conflict'],
    [410, 'Expired', 'gone'],
    [422, 'Invalid', 'invalid'],
    [500, 'InternalError', 'server'],
    [504, 'Timeout', 'timeout'],
  ])('with %i %s has one kind, its resource, and a message without the body', async (code, reason, kind) => {
    fake.fail({ method: 'GET' }, { kind: 'status', code, reason });
    const error = await failure(client().get(path));
    expect([error.kind, error.status, error.reason]).toEqual([kind, code, reason]);
    expect(error.message).toBe(`GET ${formatPath(path)}: ${code} ${reason}`);
    expect(error.resource).toEqual(path);
  });

  test('without a response ends at its deadline', async () => {
    fake.fail({}, { kind: 'silent' });
    const pending = failure(client({ requestTimeoutMs: 5_000 }).create(collectionPath(widgets, 'team'), {}));
    await expect.poll(() => fake.requests.length).toBe(1);
    await clock.advance(5_000);
    expect((await pending).kind).toBe('timeout');
    expect(clock.pending).toBe(0);
  });

  test('with a reset connection is tried again when it only reads, once', async () => {
    fake.fail({ method: 'GET' }, { kind: 'reset' }, 1);
    await expect(whilePassing(client().get(path))).resolves.toMatchObject({ metadata: { name: 'a' } });
    fake.fail({ method: 'GET' }, { kind: 'reset' }, 9);
    expect((await whilePassing(failure(client().get(path)))).kind).toBe('network');
    expect(fake.received({ method: 'GET' })).toHaveLength(4);
  });

  test('with a reset connection is not retried when it writes, because the outcome is unknown', async () => {
    fake.fail({ method: 'POST' }, { kind: 'reset-after' });
    const error = await failure(
      client().create(collectionPath(widgets, 'team'), { metadata: { name: 'b' } }),
    );
    expect(error.kind).toBe('network');
    expect(fake.received({ method: 'POST' })).toHaveLength(1);
    expect(fake.collection('example.dev/v1', 'widgets').list('team')).toHaveLength(2);
  });
});

describe('a call to an overloaded server', () => {
  test('retries after Retry-After for every verb, because a 429 is not processed', async () => {
    fake.fail(
      {},
      { kind: 'status', code: 429, reason: 'TooManyRequests', headers: { 'retry-after': '3' } },
      2,
    );
    const pending = client().create(collectionPath(widgets, 'team'), { metadata: { name: 'b' } });
    await expect.poll(() => clock.pending).toBe(2);
    await clock.advance(2_999);
    expect(fake.requests).toHaveLength(1);
    await expect(whilePassing(pending, 1)).resolves.toMatchObject({ metadata: { name: 'b' } });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(6_000);
  });

  test('is not asked for ever, and a long wait is the caller’s', async () => {
    fake.fail({}, { kind: 'status', code: 429 }, 99);
    expect((await whilePassing(failure(client().get(path)))).kind).toBe('throttled');
    expect(fake.requests).toHaveLength(4);
    fake.heal();
    fake.fail({}, { kind: 'status', code: 429, headers: { 'retry-after': '120' } }, 1);
    expect((await failure(client().get(path))).retryAfterMs).toBe(120_000);
  });

  test.each([
    ['a create', (rest: KubeRest) => rest.create(collectionPath(widgets, 'team'), {}), 1],
    [
      'a patch without a precondition',
      (rest: KubeRest) => rest.patch(path, { spec: {} }, { type: 'merge' }),
      1,
    ],
    [
      'a patch with a precondition',
      (rest: KubeRest) => rest.patch(path, { metadata: { resourceVersion: '1' } }, { type: 'merge' }),
      4,
    ],
    ['a read', (rest: KubeRest) => rest.get(path), 4],
  ])('retries after 503 for %s only if that is idempotent', async (_what, call, tries) => {
    fake.fail({}, { kind: 'status', code: 503, headers: { 'retry-after': '1' } }, 99);
    expect((await whilePassing(failure(call(client())))).status).toBe(503);
    expect(fake.requests).toHaveLength(tries);
  });
});

describe('a write', () => {
  test('is refused by its guard before anything is sent, and again before every further try', async () => {
    let isHeld = false;
    const guard = () => {
      if (!isHeld) {
        throw new Error('not the leader');
      }
      return undefined;
    };
    const rest = client({ guard });
    await expect(rest.patch(path, {}, { type: 'merge' })).rejects.toThrow('not the leader');
    await expect(rest.get(path)).resolves.toBeDefined();
    expect(fake.received({ method: 'PATCH' })).toHaveLength(0);
    isHeld = true;
    fake.fail({ method: 'PATCH' }, { kind: 'status', code: 429, headers: { 'retry-after': '1' } });
    const pending = rest.patch(path, {}, { type: 'merge' });
    await expect.poll(() => fake.received({ method: 'PATCH' }).length).toBe(1);
    await expect.poll(() => clock.pending).toBe(2);
    isHeld = false;
    await expect(whilePassing(pending)).rejects.toThrow('not the leader');
    expect(fake.received({ method: 'PATCH' })).toHaveLength(1);
  });

  test('is taken back when the leadership ends while it waits', async () => {
    const term = new AbortController();
    fake.fail({ method: 'PATCH' }, { kind: 'silent' });
    const pending = failure(client({ guard: () => term.signal }).patch(path, {}, { type: 'merge' }));
    await expect.poll(() => fake.requests.length).toBe(1);
    term.abort(new Error('lost'));
    expect((await pending).kind).toBe('network');
  });

  test.each([
    ['merge', 'application/merge-patch+json'],
    ['json', 'application/json-patch+json'],
  ] as const)('of type %s has its content type', async (type, contentType) => {
    await client().patch(path, {}, { type, fieldManager: 'me' });
    const [request] = fake.received({ method: 'PATCH' });
    expect(request?.headers['content-type']).toBe(contentType);
    expect(String(request?.query)).toBe('fieldManager=me');
  });
});

test('reports each retry with the status of the previous try, and no retry for the last one', async () => {
  const retries: ObservedRetry[] = [];
  const rest = client({ observeRetry: (retry) => retries.push(retry) });
  fake.fail({}, { kind: 'status', code: 429, headers: { 'retry-after': '1' } }, 1);
  await whilePassing(rest.get(path));
  expect(retries).toEqual([{ method: 'GET', code: '429' }]);
  fake.fail({}, { kind: 'status', code: 429, headers: { 'retry-after': '120' } }, 1);
  await whilePassing(failure(rest.get(path)));
  expect(retries).toHaveLength(1);
});

test('calls share connections, and are observed with the names taken out', async () => {
  const calls: ObservedCall[] = [];
  const rest = client({ observe: (call) => calls.push(call) });
  for (let n = 0; n < 50; n++) {
    await rest.get(path);
  }
  expect(fake.requests.every(({ headers }) => headers['authorization'] === 'Bearer a-token')).toBe(true);
  // A socket is free again one turn after its answer was read, so that a second one may be opened.
  expect(fake.connections).toBeLessThanOrEqual(2);
  expect(calls[0]).toMatchObject({
    method: 'GET',
    code: '200',
    pathTemplate: '/apis/example.dev/v1/namespaces/{namespace}/widgets/{name}',
  });
});
