import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TransportRequest } from '../../../src/http/client/request.ts';
import { TransportError } from '../../../src/http/client/transport-error.ts';
import { createOpenConnectors } from '../../../src/openconnectors/client.ts';
import { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import type { OpenConnectors } from '../../../src/openconnectors/port.ts';
import type { Transport } from '../../../src/openconnectors/transport/transport.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { authorizeRequest, body, createTimeoutMs, timeoutMs } from './fixture.ts';

/** Values that all look alike to a reader, and occur nowhere else. */
const canary = fc.stringMatching(/^[A-Za-z0-9+/=._~-]{8,44}$/);
const canaries = fc.uniqueArray(canary, { minLength: 6, maxLength: 6 });

/** Where an answer may put what it knows. */
const echoes: readonly ((told: string) => string)[] = [
  (told) => JSON.stringify({ requestId: 'x', message: told }),
  (told) => JSON.stringify({ requestId: 'x', message: `Refused ${told}, sorry`, providerMessage: told }),
  (told) => JSON.stringify({ [told]: told, id: told }),
  (told) => JSON.stringify({ id: 1, configuration: { [told]: 1 }, tags: [told, 7] }),
  (told) => JSON.stringify({ oauthUrl: told }),
  (told) => `<html><body>${told}</body></html>`,
  (told) => told,
];

function operationsOf(values: readonly string[]): readonly ((client: OpenConnectors) => Promise<unknown>)[] {
  const [, , token = '', apiSecret = '', code = '', key = ''] = values;
  const configuration = { 'oauth.api.secret': apiSecret, 'infusionsoft.private.key': key };
  const full = { ...body, configuration, grant: { kind: 'code', code } as const };
  const refresh = { ...body, configuration, grant: { kind: 'refresh-token', refreshToken: code } as const };
  return [
    (client) => client.createInstance(full),
    (client) => client.createInstance(refresh),
    (client) => client.reauthorizeInstance(1, full),
    (client) => client.patchInstance(2, { configuration }),
    (client) => client.authorizeUrl({ ...authorizeRequest, apiKey: key, apiSecret }),
    (client) => client.pingInstance(token),
    (client) => client.organization(),
  ];
}

/** All text in a JSON value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Answers with one thing that the request carried, the `which`-th, or breaks off with it. */
function echoing(status: number, echo: (told: string) => string, which: number): Transport {
  return {
    async send(request: TransportRequest) {
      request.beforeSend();
      const carried = [
        request.headers['authorization'],
        decodeURIComponent(request.path),
        ...textsIn(JSON.parse(request.body ?? '{}')),
      ];
      const told = `${carried[which % carried.length]}`;
      const head = { status, headers: { 'elements-request-id': told } };
      if (status === 0) {
        throw new TransportError(true, 'ECONNRESET', { ...head, status: 500 });
      }
      return { ...head, body: echo(told) };
    },
    close: async () => undefined,
  };
}

test('no error of any operation repeats a secret that the call carried', async () => {
  await fc.assert(
    fc.asyncProperty(
      canaries,
      fc.nat(6),
      fc.constantFrom(...echoes),
      fc.constantFrom(0, 200, 302, 400, 401, 403, 404, 409, 429, 500, 503),
      fc.nat(20),
      async (values, index, echo, status, which) => {
        const [userSecret = '', organizationSecret = ''] = values;
        const client = createOpenConnectors({
          baseUrl: 'https://api.example.com',
          credentials: { userSecret, organizationSecret },
          timeoutMs,
          createTimeoutMs,
          transport: echoing(status, echo, which),
          clock: new VirtualClock(),
        });
        const [outcome] = await Promise.allSettled([operationsOf(values)[index]?.(client)]);
        // Some calls take any JSON for a success.
        const error: unknown =
          outcome?.status === 'rejected' ? outcome.reason : new RemoteError('unexpected', '');
        expect(error).toBeInstanceOf(RemoteError);
        const shown = `${error} ${error instanceof Error ? error.stack?.split('\n')[0] : ''} ${JSON.stringify(error)}`;
        for (const value of values) {
          expect(shown).not.toContain(value);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
