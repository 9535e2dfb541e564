import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAccount, parseConnector } from '../../../src/api/parse.ts';
import { validateAccount, validateConnector } from '../../../src/api/validation/validate.ts';
import {
  MalformedResponseError,
  parseListPage,
  parseWatchEvent,
} from '../../../src/kube/watch/watch-event.ts';
import { connectors } from '../../support/builders/arbitraries.ts';
import { bench } from '../../support/builders/ports.ts';
import { assertNothingLeaks, reconcileOnce } from '../../support/builders/reconcile.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { secretRead } from '../../support/builders/secrets.ts';
import { accountSpec, connectorSpec, nasty } from '../api/arbitraries.ts';

/** Metadata that the API server guarantees; everything else of an object can be of any form. */
const metadata = {
  name: 'crm',
  namespace: 'team-a',
  uid: 'a-uid',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
};

describe('a stored object of any form', () => {
  it.each([
    ['InfusionsoftConnector', parseConnector, validateConnector, connectorSpec],
    ['OpenConnectorsAccount', parseAccount, validateAccount, accountSpec],
  ] as const)('is parsed and gives a list of violations: %s', (_kind, parse, validate, specs) => {
    fc.assert(
      fc.property(fc.oneof(specs, nasty, fc.jsonValue()), fc.jsonValue(), (spec, status) => {
        const object = parse({ metadata, spec, status });
        expect(Array.isArray((validate as (object: unknown) => unknown)(object))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a response of the API server', () => {
  const lines = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .record({
        type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR', 'X'),
        object: fc.oneof(fc.jsonValue(), fc.constant({ metadata })),
      })
      .map((event) => JSON.stringify(event)),
  );

  it('is parsed as a watch event or is a MalformedResponseError', () => {
    fc.assert(
      fc.property(lines, (line) => {
        try {
          expect(['upsert', 'delete', 'bookmark', 'error']).toContain(parseWatchEvent(line).type);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedResponseError);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('is parsed as a page of a list or is a MalformedResponseError', () => {
    const pages = fc.oneof(
      fc.jsonValue(),
      fc.record({ metadata: fc.jsonValue(), items: fc.oneof(fc.jsonValue(), fc.constant([{ metadata }])) }),
    );
    fc.assert(
      fc.property(pages, (body) => {
        try {
          expect(Array.isArray(parseListPage(body).items)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedResponseError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('Secrets with any contents', () => {
  const keys = fc.constantFrom('client_id', 'client_secret', 'encryptedKey', 'code', 'refresh_token', 'x');
  /** Base64 of any bytes, and text that only looks like it. */
  const values = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    fc.string({ maxLength: 20 }),
    fc.constantFrom('', 'Cg==', '////', 'IA=='),
  );
  const contents = fc.dictionary(keys, values, { maxKeys: 6 });

  it('never end a reconcile with an unexpected error, nor reach a status', async () => {
    await fc.assert(
      fc.asyncProperty(connectors, contents, contents, contents, async (connector, oauth, key, code) => {
        const read = (data: Readonly<Record<string, string>>) => ({ ...secretRead({}), data });
        const it = bench({
          connector,
          secrets: { 'crm-oauth': read(oauth), 'crm-key': read(key), 'crm-code': read(code) },
          answers: workingRemote(new Map()),
        });
        const { outcome } = await reconcileOnce(it);
        expect(outcome).toBeDefined();
        assertNothingLeaks(it);
        const status = JSON.stringify(it.stored().status ?? {});
        for (const value of [...Object.values(oauth), ...Object.values(key), ...Object.values(code)]) {
          const text = Buffer.from(value, 'base64').toString();
          if (text.length > 8) {
            expect(status).not.toContain(JSON.stringify(text).slice(1, -1));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
