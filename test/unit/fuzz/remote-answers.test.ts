import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TransportResponse } from '../../../src/http/client/request.ts';
import { createOpenConnectors } from '../../../src/openconnectors/client.ts';
import { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import type { OpenConnectors } from '../../../src/openconnectors/port.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import {
  authorizeRequest,
  body,
  createTimeoutMs,
  credentials,
  instanceToken,
  shown,
  timeoutMs,
} from '../openconnectors/fixture.ts';

const OPERATIONS: readonly (readonly [string, (client: OpenConnectors) => Promise<unknown>])[] = [
  ['organization', (client) => client.organization()],
  ['authorizeUrl', (client) => client.authorizeUrl(authorizeRequest)],
  ['createInstance', (client) => client.createInstance(body)],
  ['readElement', (client) => client.readElement('infusionsoftrest')],
  ['readInstance', (client) => client.readInstance(1)],
  ['listInstancesByTag', (client) => client.listInstancesByTag('k8s-uid-1')],
  ['listAllInstances', (client) => client.listAllInstances()],
  ['patchInstance', (client) => client.patchInstance(1, { name: 'crm' })],
  ['reauthorizeInstance', (client) => client.reauthorizeInstance(1, body)],
  ['setInstanceEnabled', (client) => client.setInstanceEnabled(1, true)],
  ['deleteInstance', (client) => client.deleteInstance(1)],
  ['pingInstance', (client) => client.pingInstance(instanceToken)],
];

/** A correct answer with one value exchanged: closer to what an API returns by mistake than random JSON. */
const almostRight = fc
  .tuple(fc.constantFrom(...Object.keys(shown(1))), fc.jsonValue())
  .map(([key, value]) => JSON.stringify({ ...shown(1), [key]: value }));
const bodies = fc.oneof(
  almostRight,
  almostRight.map((text) => `[${text}]`),
  almostRight.map((text) => text.slice(0, -3)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'null', '[]', '[null]', '{}', '<html/>', '\uFEFF{}', `${'['.repeat(5_000)}`),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'retry-after',
    'elements-next-page-token',
    'content-type',
    'location',
    'elements-request-id',
  ),
  fc.oneof(fc.string(), fc.constantFrom('-1', '0', '1e9', 'NaN', 'Wed, 21 Oct 2099 07:28:00 GMT')),
  { maxKeys: 3 },
);
const responses: fc.Arbitrary<TransportResponse> = fc.record({
  status: fc.oneof(fc.constantFrom(200, 201, 204, 302, 404, 429, 500), fc.integer({ min: 200, max: 599 })),
  headers,
  body: bodies,
});

it.each(OPERATIONS)('%s ends with a result or a RemoteError, whatever the response', async (_name, call) => {
  await fc.assert(
    fc.asyncProperty(fc.array(responses, { minLength: 1, maxLength: 3 }), async (answers) => {
      let turn = 0;
      const client = createOpenConnectors({
        baseUrl: 'https://api.example.com',
        credentials,
        timeoutMs,
        createTimeoutMs,
        clock: new VirtualClock(),
        transport: {
          async send(request) {
            request.beforeSend();
            const [first] = answers;
            // After the random responses an end: a paged list must not continue for ever.
            const response = answers[turn++] ?? first;
            if (response === undefined || turn > 20) {
              return { status: 200, headers: {}, body: '[]' };
            }
            return response;
          },
          close: async () => undefined,
        },
      });
      const [outcome] = await Promise.allSettled([call(client)]);
      if (outcome?.status === 'rejected') {
        expect(outcome.reason).toBeInstanceOf(RemoteError);
        expect(outcome.reason.message.length).toBeLessThan(600);
      }
      expect(turn).toBeLessThanOrEqual(25);
    }),
    { numRuns: 400 },
  );
});
