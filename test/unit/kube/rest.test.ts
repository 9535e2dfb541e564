import { ApiError } from 'kube-apiserver-emulator/index.ts';
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
import { API_VERSION } from '../../support/kube/definition.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { startWidgetServer, WIDGETS, type WidgetServer } from '../../support/kube/widget-server.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const path = objectPath(WIDGETS, 'team', 'a');
const widgetB = { apiVersion: API_VERSION, kind: 'Widget', metadata: { name: 'b' } };

let server: WidgetServer;
let config: PooledKubeConfig;
let clock: VirtualClock;

beforeEach(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
  clock = new VirtualClock();
  server.addWidget('a');
});

afterEach(async () => {
  await config.close();
  await server.stop();
});

function client(options: Partial<KubeRestOptions> = {}): KubeRest {
  return new KubeRest({ config, clock, ...options });
}

/** Lets the server refuse the next `times` requests (absent: all). */
function refuse(status: number, retryAfter?: string, times?: number): void {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  server.faults.inject({}, { kind: 'respond', status, headers }, times === undefined ? {} : { times });
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
    const { status: body } = new ApiError(code, reason, `secret-detail ${reason}`);
    server.faults.inject({ verb: 'get' }, { kind: 'respond', status: code, body });
    const error = await failure(client().get(path));
    expect([error.kind, error.status, error.reason]).toEqual([kind, code, reason]);
    expect(error.message).toBe(`GET ${formatPath(path)}: ${code} ${reason}`);
    expect(error.resource).toEqual(path);
  });

  test('without a response ends at its deadline', async () => {
    server.faults.inject({}, { kind: 'hang' });
    const pending = failure(client({ requestTimeoutMs: 5_000 }).create(collectionPath(WIDGETS, 'team'), {}));
    await expect.poll(() => server.ledger.length).toBe(1);
    await clock.advance(5_000);
    expect((await pending).kind).toBe('timeout');
    expect(clock.pending).toBe(0);
  });

  test('with a reset connection is tried again when it only reads, once', async () => {
    server.faults.inject({ verb: 'get' }, { kind: 'reset' }, { times: 1 });
    await expect(whilePassing(client().get(path))).resolves.toMatchObject({ metadata: { name: 'a' } });
    server.faults.inject({ verb: 'get' }, { kind: 'reset' });
    expect((await whilePassing(failure(client().get(path)))).kind).toBe('network');
    expect(server.ledger.filter({ method: 'GET' })).toHaveLength(4);
  });

  test('with a reset connection is not retried when it writes, because the outcome is unknown', async () => {
    server.faults.inject({ verb: 'create' }, { kind: 'commit-then-reset' });
    const error = await failure(client().create(collectionPath(WIDGETS, 'team'), widgetB));
    expect(error.kind).toBe('network');
    expect(server.ledger.filter({ method: 'POST' })).toHaveLength(1);
    expect(server.widgets.list('team')).toHaveLength(2);
  });
});

describe('a call to an overloaded server', () => {
  test('retries after Retry-After for every verb, because a 429 is not processed', async () => {
    refuse(429, '3', 2);
    const pending = client().create(collectionPath(WIDGETS, 'team'), widgetB);
    await expect.poll(() => clock.pending).toBe(2);
    await clock.advance(2_999);
    expect(server.ledger).toHaveLength(1);
    await expect(whilePassing(pending, 1)).resolves.toMatchObject(widgetB);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(6_000);
  });

  test('is not asked for ever, and a long wait is the caller’s', async () => {
    refuse(429);
    expect((await whilePassing(failure(client().get(path)))).kind).toBe('throttled');
    expect(server.ledger).toHaveLength(4);
    server.faults.clear();
    refuse(429, '120', 1);
    expect((await failure(client().get(path))).retryAfterMs).toBe(120_000);
  });

  test.each([
    ['a create', (rest: KubeRest) => rest.create(collectionPath(WIDGETS, 'team'), {}), 1],
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
    refuse(503, '1');
    expect((await whilePassing(failure(call(client())))).status).toBe(503);
    expect(server.ledger).toHaveLength(tries);
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
    expect(server.ledger.filter({ method: 'PATCH' })).toHaveLength(0);
    isHeld = true;
    refuse(429, '1', 1);
    const pending = rest.patch(path, {}, { type: 'merge' });
    await expect.poll(() => server.ledger.filter({ method: 'PATCH' }).length).toBe(1);
    await expect.poll(() => clock.pending).toBe(2);
    isHeld = false;
    await expect(whilePassing(pending)).rejects.toThrow('not the leader');
    expect(server.ledger.filter({ method: 'PATCH' })).toHaveLength(1);
  });

  test('is taken back when the leadership ends while it waits', async () => {
    const term = new AbortController();
    server.faults.inject({ verb: 'patch' }, { kind: 'hang' });
    const pending = failure(client({ guard: () => term.signal }).patch(path, {}, { type: 'merge' }));
    await expect.poll(() => server.ledger.length).toBe(1);
    term.abort(new Error('lost'));
    expect((await pending).kind).toBe('network');
  });

  test.each([
    ['merge', 'application/merge-patch+json'],
    ['json', 'application/json-patch+json'],
  ] as const)('of type %s has its content type', async (type, contentType) => {
    await client().patch(path, type === 'json' ? [] : {}, { type, fieldManager: 'me' });
    const [request] = server.ledger.filter({ method: 'PATCH' });
    expect(request?.contentType).toBe(contentType);
    expect(request?.query).toEqual({ fieldManager: 'me' });
  });
});

test('reports each retry with the status of the previous try, and no retry for the last one', async () => {
  const retries: ObservedRetry[] = [];
  const rest = client({ observeRetry: (retry) => retries.push(retry) });
  refuse(429, '1', 1);
  await whilePassing(rest.get(path));
  expect(retries).toEqual([{ method: 'GET', code: '429' }]);
  refuse(429, '120', 1);
  await whilePassing(failure(rest.get(path)));
  expect(retries).toHaveLength(1);
});

test('calls share connections, and are observed with the names taken out', async () => {
  const calls: ObservedCall[] = [];
  const rest = client({ observe: (call) => calls.push(call) });
  for (let n = 0; n < 50; n++) {
    await rest.get(path);
  }
  expect(server.ledger.entries.every(({ user }) => user === 'admin')).toBe(true);
  // A socket is free again one turn after its answer was read, so that a second one may be opened.
  expect(server.connections.opened).toBeLessThanOrEqual(2);
  expect(calls[0]).toMatchObject({
    method: 'GET',
    code: '200',
    pathTemplate: '/apis/example.dev/v1/namespaces/{namespace}/widgets/{name}',
  });
});
