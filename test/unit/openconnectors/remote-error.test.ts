import { describe, expect, test, vi } from 'vitest';
import { TransportError } from '../../../src/http/client/transport-error.ts';
import type { Processed, RemoteErrorClass } from '../../../src/openconnectors/errors/remote-error.ts';
import type { OpenConnectors } from '../../../src/openconnectors/port.ts';
import { MASKED } from '../../../src/secrets/mask.ts';
import {
  authorizeRequest,
  body,
  createTimeoutMs,
  instanceToken,
  remoteErrorOf,
  secrets,
  shown,
  timeoutMs,
  useBench,
} from './fixture.ts';
import { type Answer, json, text } from './remote.ts';

const bench = useBench();

/** One call of each effect. */
const calls = {
  read: (client: OpenConnectors) => client.readInstance(4711),
  patch: (client: OpenConnectors) => client.patchInstance(4711, { name: 'crm' }),
  create: (client: OpenConnectors) => client.createInstance(body),
} as const;

type Expected = Readonly<Record<keyof typeof calls, RemoteErrorClass>>;

const same = (errorClass: RemoteErrorClass): Expected => ({
  read: errorClass,
  patch: errorClass,
  create: errorClass,
});
/** The class of an outcome that nobody knows. */
const unknown: Expected = { read: 'unavailable', patch: 'unavailable', create: 'ambiguous' };
/** The class of a success that cannot be understood. */
const garbled: Expected = { read: 'unexpected', patch: 'unexpected', create: 'ambiguous' };

const own = { requestId: '5d0b8b4ae4b0f5d1a2b3c4d5', message: 'It did not work' };
const page = '<html><head><title>404 Not Found</title></head><body>nginx</body></html>';
const cutShort: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id": 47');
  setImmediate(() => response.socket?.destroy());
};

const cases: readonly (readonly [name: string, answer: Answer, expected: Expected, status?: number])[] = [
  ['400', json(400, own), same('invalid'), 400],
  ['401', json(401, own), same('unauthorized'), 401],
  ['401 as a page', text(401, page), same('unauthorized'), 401],
  ['403', json(403, own), same('forbidden'), 403],
  ['404 of the API', json(404, own), same('not-found'), 404],
  ['404 of Kong or AWS API Gateway', json(404, { message: 'Not Found' }), same('unexpected'), 404],
  [
    '404 of a gateway that names its own request',
    json(404, { message: 'no Route matched with those values', request_id: '5d0b8b4ae4b0f5d1' }),
    same('unexpected'),
    404,
  ],
  ['404 with an empty request id', json(404, { requestId: '', message: 'x' }), same('unexpected'), 404],
  ['404 of a gateway, HTML', text(404, page), same('unexpected'), 404],
  ['404 of a gateway, empty', text(404, ''), same('unexpected'), 404],
  [
    '404 of a gateway, JSON with a fault',
    json(404, { fault: { faultstring: 'x' } }),
    same('unexpected'),
    404,
  ],
  [
    '404 of a framework, JSON with a message',
    json(404, { status: 404, error: 'Not Found', message: 'x', path: '/' }),
    same('unexpected'),
    404,
  ],
  ['404, message is no text', json(404, { requestId: 'x', message: 7 }), same('unexpected'), 404],
  ['405', json(405, own), same('invalid'), 405],
  ['406', json(406, own), same('invalid'), 406],
  ['407', text(407, ''), same('unexpected'), 407],
  ['408', text(408, ''), unknown, 408],
  ['409', json(409, own), same('invalid'), 409],
  ['413', text(413, page), same('invalid'), 413],
  ['415', json(415, own), same('invalid'), 415],
  ['422', json(422, own), same('invalid'), 422],
  ['425', text(425, ''), same('unavailable'), 425],
  ['429', json(429, own), same('throttled'), 429],
  ['500', json(500, own), unknown, 500],
  ['502 as a page', text(502, page), unknown, 502],
  ['503', text(503, ''), unknown, 503],
  [
    '302 to the server itself',
    text(302, '', { location: '/elements/api-v2/elsewhere' }),
    same('unexpected'),
    302,
  ],
  [
    '308 to the server itself',
    text(308, '', { location: '/elements/api-v2/elsewhere' }),
    same('unexpected'),
    308,
  ],
  ['200 with a page', text(200, page), garbled, 200],
  ['200 with nothing', text(200, ''), garbled, 200],
  ['200 with null', text(200, 'null'), garbled, 200],
  ['200 with the wrong shape', json(200, { instance: shown(4711) }), garbled, 200],
  [
    '200 with an id beyond 2^53',
    text(200, JSON.stringify(shown(4711)).replace('4711', '9007199254740993')),
    garbled,
    200,
  ],
  ['200 with an id as text', json(200, { ...shown(4711), id: '4711' }), garbled, 200],
  ['200 with too much', text(200, JSON.stringify({ pad: 'x'.repeat(9 * 1024 * 1024) })), garbled, 200],
  ['400 with too much', text(400, 'x'.repeat(9 * 1024 * 1024)), same('invalid'), 400],
  ['reset before the answer', (response) => void response.socket?.destroy(), unknown],
  ['reset within the answer', cutShort, unknown, 200],
  ['no HTTP', (response) => void response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n\r\n'), garbled],
];

for (const [title, answer, expected, status] of cases) {
  describe(title, () => {
    test.each(Object.keys(calls) as (keyof typeof calls)[])('%s', async (name) => {
      const { client, remote, observed } = await bench.open(answer);
      const error = await remoteErrorOf(calls[name](client));
      expect({ class: error.class, status: error.status }, error.message).toEqual({
        class: expected[name],
        status,
      });
      expect(error.message).toMatch(/^[\x20-\x7e…]+$/);
      expect(remote.received).toHaveLength(1);
      expect(observed).toMatchObject([{ outcome: expected[name], status }]);
    });
  });
}

describe('whether the request was processed', () => {
  const forwarded = { ...own, providerMessage: 'Quota Exceeded' };

  test.each<readonly [name: string, answer: Answer, processed: Processed]>([
    ['429 of the API itself', json(429, own), 'no'],
    ['429 of the API itself, provider message null', json(429, { ...own, providerMessage: null }), 'no'],
    ['429 forwarded from the provider', json(429, forwarded), 'unknown'],
    ['429 forwarded with an empty message', json(429, { ...own, providerMessage: '' }), 'unknown'],
    ['429 of a gateway', json(429, { message: 'Too Many Requests' }), 'unknown'],
    ['429 as a page', text(429, page), 'unknown'],
    ['400 of the API', json(400, own), 'refused'],
    ['400 with the words of the provider', json(400, forwarded), 'refused'],
    ['401 of the API', json(401, own), 'refused'],
    ['404 of the API', json(404, own), 'refused'],
    ['400 of a gateway', json(400, { message: 'Bad Request' }), 'unknown'],
    ['404 of a gateway', json(404, { message: 'Not Found' }), 'unknown'],
    ['408 of the API', json(408, own), 'unknown'],
    ['425 of the API', json(425, own), 'unknown'],
    ['302', text(302, '', { location: 'https://login.example.com/' }), 'unknown'],
    ['500 of the API', json(500, own), 'unknown'],
    ['503 of a gateway', text(503, ''), 'unknown'],
    ['200 that cannot be read', text(200, page), 'unknown'],
    ['a reset before the answer', (response) => void response.socket?.destroy(), 'unknown'],
    ['a reset within the answer', cutShort, 'unknown'],
  ])('is told after %s', async (_name, answer, processed) => {
    const { client } = await bench.open(answer);
    expect((await remoteErrorOf(client.createInstance(body))).processed).toBe(processed);
  });

  test('is reported after the deadline of a request that was sent', async () => {
    const { client, remote, clock } = await bench.open(() => undefined);
    const failure = remoteErrorOf(client.createInstance(body));
    await expect.poll(() => remote.received.length).toBe(1);
    await clock.advance(createTimeoutMs);
    expect((await failure).processed).toBe('unknown');
  });

  test.each([false, true])('is reported for a failed transport, with a byte sent: %s', async (sent) => {
    const { client } = await bench.open(json(200, shown(4711)), {
      transport: {
        send: () => Promise.reject(new TransportError(sent, 'ECONNRESET')),
        close: () => Promise.resolve(),
      },
    });
    expect((await remoteErrorOf(client.createInstance(body))).processed).toBe(sent ? 'unknown' : 'no');
  });

  test.each<readonly [name: string, call: (client: OpenConnectors) => Promise<unknown>]>([
    [
      'a masked value',
      (client) => client.createInstance({ ...body, configuration: { 'oauth.api.secret': MASKED } }),
    ],
    ['an id that is none', (client) => client.reauthorizeInstance(0, body)],
    ['a token that fits no header', (client) => client.pingInstance('a\nb')],
  ])('is told of a request that is not sent: %s', async (_name, call) => {
    const { client, remote } = await bench.open(json(200, shown(4711)));
    expect((await remoteErrorOf(call(client))).processed).toBe('no');
    expect(remote.received).toEqual([]);
  });
});

describe('the deadline', () => {
  const hang: Answer = () => undefined;
  const drip: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"id":');
  };

  test.each([
    ['no answer', 'read', hang, timeoutMs],
    ['no answer', 'patch', hang, timeoutMs],
    ['no answer', 'create', hang, createTimeoutMs],
    ['an answer without end', 'read', drip, timeoutMs],
    ['an answer without end', 'create', drip, createTimeoutMs],
  ] as const)('%s: %s', async (_what, name, answer, deadlineMs) => {
    const { client, remote, clock } = await bench.open(answer);
    const ended = vi.fn();
    const failure = remoteErrorOf(calls[name](client)).finally(ended);
    await expect.poll(() => remote.received.length).toBe(1);
    await clock.advance(deadlineMs - 1);
    expect(ended).not.toHaveBeenCalled();
    await clock.advance(1);
    expect((await failure).class).toBe(unknown[name]);
    await expect.poll(() => remote.received[0]?.socket.destroyed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('is over once the call has ended', async () => {
    const { client, clock } = await bench.open(json(200, shown(4711)));
    await client.readInstance(4711);
    expect(clock.pending).toBe(0);
  });
});

describe('Retry-After', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    [
      'a date, by the clock of the answer',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      30_000,
    ],
    ['too long', { 'retry-after': '86400' }, 3_600_000],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
  ])('%s', async (_name, headers, expected) => {
    const { client } = await bench.open(json(429, own, headers));
    const error = await remoteErrorOf(client.createInstance(body));
    expect(error).toMatchObject({ class: 'throttled', retryAfterMs: expected });
  });

  test('is kept of a 503 too', async () => {
    const { client } = await bench.open(text(503, '', { 'retry-after': '5' }));
    expect(await remoteErrorOf(client.readInstance(1))).toMatchObject({
      class: 'unavailable',
      retryAfterMs: 5_000,
    });
  });
});

describe('messages', () => {
  /** Says everything back that it was told. */
  const echo: Answer = (response, request) => {
    const told = `${request.headers.authorization} ${decodeURIComponent(request.url)} ${request.body}`;
    json(400, { requestId: 'a'.repeat(24), message: `Refused: ${told}`, providerMessage: told })(
      response,
      request,
    );
  };

  test.each([
    ['create', (client: OpenConnectors) => client.createInstance(body)],
    ['re-authorization', (client: OpenConnectors) => client.reauthorizeInstance(4711, body)],
    ['patch', (client: OpenConnectors) => client.patchInstance(4711, { configuration: body.configuration })],
    ['authorize URL', (client: OpenConnectors) => client.authorizeUrl(authorizeRequest)],
    ['ping', (client: OpenConnectors) => client.pingInstance(instanceToken)],
  ])('never repeat a secret of the call: %s', async (_name, call) => {
    const { client } = await bench.open(echo);
    const error = await remoteErrorOf(call(client));
    expect(error.message).toContain('HTTP 400');
    for (const secret of secrets) {
      expect(`${error.message}\n${error.stack}\n${JSON.stringify(error)}`).not.toContain(secret);
    }
    expect(error.cause).toBeUndefined();
  });

  test('are the same for the same cause', async () => {
    let count = 0;
    const { client } = await bench.open((response, request) => {
      count += 1;
      const requestId = `5d0b8b4ae4b0f5d1a2b3c4d${count}`;
      json(400, { requestId, message: `Request ${requestId} failed at 2026-01-01T00:00:0${count}Z` })(
        response,
        request,
      );
    });
    const first = await remoteErrorOf(client.readInstance(1));
    const second = await remoteErrorOf(client.readInstance(1));
    expect(second.message).toBe(first.message);
  });

  test('carry the messages of the API and of the provider', async () => {
    const { client } = await bench.open(
      json(400, {
        requestId: 'x',
        message: 'You must provide an OAuth code in order to create an instance of this element',
        providerMessage: 'invalid_grant',
      }),
    );
    expect((await remoteErrorOf(client.createInstance(body))).message).toBe(
      'Open Connectors rejected the request (HTTP 400): You must provide an OAuth code in order to create an instance of this element - provider: invalid_grant',
    );
  });
});
