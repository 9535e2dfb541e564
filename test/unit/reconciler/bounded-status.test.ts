import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { FieldError } from 'kube-apiserver-emulator/crd/field-error.ts';
import { createCrdValidator } from 'kube-apiserver-emulator/crd/validator.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { summarizeAccount } from '../../../src/account/report/summarize.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES, GROUP } from '../../../src/api/group.ts';
import { parseAccount, parseConnector } from '../../../src/api/parse.ts';
import { decide } from '../../../src/connector/decide/decide.ts';
import type { ConnectorInput } from '../../../src/connector/input.ts';
import { type StatusUpdate, summarize } from '../../../src/connector/report/summarize.ts';
import type { Instance } from '../../../src/openconnectors/port.ts';
import { accountWorld, OPEN } from '../../support/builders/account.ts';
import { inputs } from '../../support/builders/arbitraries.ts';
import { ID, STORED, settledConnector } from '../../support/builders/input.ts';
import { instance } from '../../support/builders/instance.ts';
import { bench } from '../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../support/builders/reconcile.ts';
import { workingRemote } from '../../support/builders/remote.ts';

/** What the API server says about the status of a kind, by the CRD that is deployed. */
function serverSays(plural: string): (object: unknown) => readonly FieldError[] {
  const file = join(import.meta.dirname, `../../../crds/${GROUP}_${plural}.yaml`);
  const validator = createCrdValidator(parse(readFileSync(file, 'utf8')));
  return (object) => validator.validate(object).errors;
}

const connectorSays = serverSays(CONNECTOR_NAMES.plural);
const accountSays = serverSays(ACCOUNT_NAMES.plural);

/** Whether the API server stores every text as it is: halves of surrogate pairs do not survive its JSON. */
function isStorable(value: unknown): boolean {
  return typeof value === 'string'
    ? value.isWellFormed()
    : typeof value !== 'object' || value === null || Object.values(value).every(isStorable);
}

/** Any text of any length, among them pairs that a cut could split, and halves of pairs. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom('x', 'ä', '\u{1F600}', '\ud83d', 'x\u{1F600}', '\n'),
      fc.constantFrom(64, 128, 1_023, 1_024, 1_500, 40_000),
    )
    .map(([unit, times]) => unit.repeat(times)),
);

const contents: fc.Arbitrary<Partial<Instance>> = fc.record(
  { name: texts, connector: texts, createdAt: texts, token: texts, tags: fc.array(texts, { maxLength: 3 }) },
  { requiredKeys: [] },
);

/** How the reconcile of `input` ends; one that would go on ends with `otherwise`. */
function endingOf(input: ConnectorInput, otherwise: StatusUpdate): StatusUpdate {
  const action = decide(input);
  return action.type === 'finish' && (action.result.kind === 'ready' || action.result.kind === 'blocked')
    ? action.result
    : otherwise;
}

describe('the status of a connector', () => {
  it('is valid by the CRD and storable, whatever Open Connectors answers', () => {
    fc.assert(
      fc.property(inputs, contents, texts, fc.boolean(), (before, content, message, isReady) => {
        const found = [...before.external.instances].map(
          ([id, known]) => [id, known === 'not-found' ? known : { ...known, ...content }] as const,
        );
        const input: ConnectorInput = {
          ...before,
          external: { ...before.external, instances: new Map(found) },
        };
        const result = endingOf(
          input,
          isReady
            ? { kind: 'ready', reason: 'Succeeded', message, again: 0 }
            : {
                kind: 'blocked',
                condition: 'Synced',
                reason: 'RemoteRejected',
                message,
                retry: { kind: 'backoff' },
              },
        );
        const status = summarize(input, result, 0.5);
        fc.pre(before.violations.length === 0);
        expect(connectorSays({ ...input.connector, status })).toEqual([]);
        expect(isStorable(status)).toBe(true);
        expect(parseConnector({ ...input.connector, status }).status).toEqual(status);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['x'.repeat(1_500), '\u{1F600}'.repeat(700), `${'x'.repeat(1_500)}\ud83d`, 'half \ud83d'])(
    'reports drift of a name that is too long for status, once: %#',
    async (name) => {
      const renamed = instance(ID, { name });
      const subject = bench({
        connector: settledConnector({ spec: { driftPolicy: 'Report' } }),
        secrets: STORED,
        listed: [renamed],
        answers: workingRemote(new Map([[ID, renamed]])),
      });
      await reconcileOnce(subject);
      expect(readiness(subject)).toBe('False DriftDetected');
      expect(connectorSays(subject.stored())).toEqual([]);
      expect(isStorable(subject.stored().status)).toBe(true);
      const { length } = subject.writes;
      await reconcileOnce(subject);
      expect(subject.writes).toHaveLength(length);
    },
  );
});

describe('the status of an account', () => {
  it('is valid by the CRD and storable, whatever Open Connectors answers', () => {
    const orphans = fc.array(fc.record({ id: fc.integer({ min: 1 }), name: texts }), { maxLength: 30 });
    fc.assert(
      fc.property(texts, texts, texts, orphans, (id, name, message, found) => {
        const input = accountWorld({ session: { ...OPEN, organization: { id, name } } });
        const result = {
          kind: 'blocked',
          reason: 'UnexpectedAnswer',
          message,
          retry: { kind: 'backoff' },
          usable: false,
        } as const;
        const unique = [...new Map(found.map((orphan) => [orphan.id, orphan])).values()];
        const instances = { managed: 1, orphaned: unique.length, orphans: unique };
        const status = summarizeAccount(input, result, instances, 0.5);
        expect(accountSays({ ...input.account, status })).toEqual([]);
        expect(isStorable(status)).toBe(true);
        expect(parseAccount({ ...input.account, status }).status).toEqual(status);
      }),
      { numRuns: 200 },
    );
  });
});
