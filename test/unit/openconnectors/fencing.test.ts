import { describe, expect, test, vi } from 'vitest';
import type { OpenConnectors } from '../../../src/openconnectors/port.ts';
import { MASKED } from '../../../src/secrets/mask.ts';
import {
  authorizeRequest,
  body,
  configuration,
  credentials,
  errorOf,
  instanceToken,
  remoteErrorOf,
  shown,
  useBench,
} from './fixture.ts';
import { type Answer, json } from './remote.ts';

const bench = useBench();
const lost = new Error('leadership lost');

const writes: readonly (readonly [string, (client: OpenConnectors) => Promise<unknown>])[] = [
  ['create', (client) => client.createInstance(body)],
  ['re-authorization', (client) => client.reauthorizeInstance(4711, body)],
  ['patch', (client) => client.patchInstance(4711, { name: 'x' })],
  ['enable', (client) => client.setInstanceEnabled(4711, true)],
  ['disable', (client) => client.setInstanceEnabled(4711, false)],
  ['delete', (client) => client.deleteInstance(4711)],
];

const reads: readonly (readonly [string, (client: OpenConnectors) => Promise<unknown>])[] = [
  ['organization', (client) => client.organization()],
  ['authorize URL', (client) => client.authorizeUrl(authorizeRequest)],
  ['read', (client) => client.readInstance(4711)],
  ['list', (client) => client.listInstancesByTag('k8s-cluster-1')],
  ['ping', (client) => client.pingInstance(instanceToken)],
];

/** An answer that suits every operation. */
const anything: Answer = (response, request) =>
  json(200, request.url.includes('tags') ? [] : shown(4711, { oauthUrl: 'https://a.example' }))(
    response,
    request,
  );

describe('the guard', () => {
  test.each(writes)('stops a write before anything is sent: %s', async (_name, write) => {
    const { client, remote, observed } = await bench.open(anything, {
      guard: () => {
        throw lost;
      },
    });
    expect(await errorOf(write(client))).toBe(lost);
    expect(observed).toMatchObject([{ outcome: 'fenced', status: undefined }]);
    await client.organization();
    expect(remote.received.map((request) => request.url)).toEqual(['/elements/api-v2/organizations/me']);
  });

  test.each(writes)('is asked once for each write: %s', async (_name, write) => {
    const guard = vi.fn();
    const { client, remote } = await bench.open(anything, { guard });
    await write(client);
    expect(guard).toHaveBeenCalledTimes(1);
    expect(remote.received).toHaveLength(1);
  });

  test.each(reads)('is not asked for a read: %s', async (_name, read) => {
    const guard = vi.fn();
    const { client } = await bench.open(anything, { guard });
    await read(client);
    expect(guard).not.toHaveBeenCalled();
  });

  test('is asked only when the connection stands: leadership lost while connecting stops the write', async () => {
    let leader = true;
    const { client, remote } = await bench.open(anything, {
      guard: () => {
        if (!leader) {
          throw lost;
        }
      },
    });
    const write = errorOf(client.createInstance(body));
    leader = false;
    expect(await write).toBe(lost);
    expect(remote.connections).toBe(1);
    expect(remote.received).toHaveLength(0);
  });
});

describe('an aborted call', () => {
  const reason = new Error('shutting down');

  test.each([...writes, ...reads])(
    'rejects with the reason, before and after sending: %s',
    async (_name, call) => {
      const abort = new AbortController();
      const { client, remote, clock, observed } = await bench.open(() => abort.abort(reason));
      const withSignal = withSignalOf(client, abort.signal);
      expect(await errorOf(call(withSignal))).toBe(reason);
      expect(remote.received).toHaveLength(1);
      expect(observed).toMatchObject([{ outcome: 'aborted' }]);
      expect(await errorOf(call(withSignal))).toBe(reason);
      expect(remote.received).toHaveLength(1);
      expect(clock.pending).toBe(0);
    },
  );
});

/** The same client, with a signal in every call. */
function withSignalOf(client: OpenConnectors, signal: AbortSignal): OpenConnectors {
  return {
    reserve: () => client.reserve(signal),
    organization: () => client.organization(signal),
    authorizeUrl: (request) => client.authorizeUrl(request, signal),
    createInstance: (value) => client.createInstance(value, signal),
    readElement: (key) => client.readElement(key, signal),
    readInstance: (id) => client.readInstance(id, signal),
    listInstancesByTag: (tag) => client.listInstancesByTag(tag, signal),
    listAllInstances: () => client.listAllInstances(signal),
    patchInstance: (id, patch) => client.patchInstance(id, patch, signal),
    reauthorizeInstance: (id, value) => client.reauthorizeInstance(id, value, signal),
    setInstanceEnabled: (id, enabled) => client.setInstanceEnabled(id, enabled, signal),
    deleteInstance: (id) => client.deleteInstance(id, signal),
    pingInstance: (token) => client.pingInstance(token, signal),
  };
}

describe('the mask', () => {
  const masked = { ...configuration, 'oauth.api.secret': MASKED };

  test.each<readonly [string, (client: OpenConnectors) => Promise<unknown>]>([
    ['create', (client) => client.createInstance({ ...body, configuration: masked })],
    [
      'create with a masked grant',
      (client) => client.createInstance({ ...body, grant: { kind: 'code', code: MASKED } }),
    ],
    ['re-authorization', (client) => client.reauthorizeInstance(1, { ...body, configuration: masked })],
    ['patch', (client) => client.patchInstance(1, { configuration: { 'oauth.api.secret': MASKED } })],
    ['tags', (client) => client.patchInstance(1, { tags: ['a', MASKED] })],
    ['authorize URL', (client) => client.authorizeUrl({ ...authorizeRequest, apiSecret: MASKED })],
  ])('is never sent back: %s', async (_name, call) => {
    const { client, remote } = await bench.open(anything);
    const error = await remoteErrorOf(call(client));
    expect(error).toMatchObject({ class: 'invalid', status: undefined });
    expect(error.message).not.toContain(MASKED);
    expect(remote.received).toHaveLength(0);
  });

  test('names where it stands', async () => {
    const { client } = await bench.open(anything);
    const error = await remoteErrorOf(client.createInstance({ ...body, configuration: masked }));
    expect(error.message).toBe('Refused to send a masked value (configuration oauth.api.secret)');
  });

  test('is no token', async () => {
    const { client } = await bench.open(json(200, shown(4711, { token: MASKED })));
    expect((await client.readInstance(4711)).token).toBeUndefined();
  });
});

describe('credentials that cannot stand in a header', () => {
  test.each([
    ['a line break', `${credentials.userSecret}\n`],
    ['a header of their own', 'x\r\nX-Evil: 1'],
    ['a comma', 'x, Element y'],
    ['nothing', ''],
    ['more than ASCII', 'schlüssel'],
  ])('are refused before anything is sent: %s', async (_name, userSecret) => {
    const { client, remote } = await bench.open(anything, { credentials: { ...credentials, userSecret } });
    const error = await remoteErrorOf(client.organization());
    expect(error).toMatchObject({ class: 'unauthorized', status: undefined });
    expect(error.message).toContain('user secret');
    expect(remote.received).toHaveLength(0);
  });
});
