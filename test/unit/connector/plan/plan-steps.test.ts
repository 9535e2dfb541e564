import { describe, expect, it } from 'vitest';
import type { ConnectorSpec } from '../../../../src/api/connector.ts';
import type { Result } from '../../../../src/connector/action.ts';
import { isPlannable, plan } from '../../../../src/connector/plan/plan.ts';
import { ACCOUNT, connector, readyStatus, UID } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import {
  ID,
  type InputChange,
  input,
  type SettledChange,
  settledInput,
} from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { READ, secretAbsent, secretRead, secretUnread } from '../../../support/builders/secrets.ts';
import { MINUTE, second } from '../../../support/builders/time.ts';

const of = (change: InputChange) => plan(input(change), printOf);
const ofSettled = (change: SettledChange = {}) => plan(settledInput(change), printOf);

/** A connector that adopts the instance. */
const importing = connector({ spec: { instance: { importId: ID } } });
const REST = {
  connector: 'infusionsoftrest',
  encryptedKeySecretRef: undefined,
  server: undefined,
  events: {
    callbackUrl: 'https://events.example.com/x',
    signatureKeySecretRef: { name: 'crm-events' },
    pollInterval: '5m',
    resources: ['orders'],
  },
} as const satisfies { readonly [Field in keyof ConnectorSpec]?: ConnectorSpec[Field] | undefined };
const WITH_SIGNATURE_KEY = { ...READ, 'crm-events': secretRead({ signatureKey: 'key' }) };
/** Status of a resource whose instance is of infusionsoftrest. */
const ofRest = readyStatus(ID, {
  instance: { id: ID, name: 'team-a-crm', connector: 'infusionsoftrest', enabled: true, account: ACCOUNT },
});
const unowned = instance(ID, { tags: TAGS.none });

describe('a plan', () => {
  it('of a settled connector is empty', () => {
    expect(ofSettled()).toEqual({ kind: 'planned', changes: [], unmet: undefined });
  });

  it.each<[string, SettledChange, string]>([
    ['an instance that was not read', { instances: [] }, 'read-instance'],
    ['an instance that was never called', { memory: { pingedAt: 0 } }, 'ping'],
    ['an instance whose call failed', { log: { ping: 'refused' } }, 'verify-account'],
    [
      'another instance, while the own one fails',
      {
        log: { ping: 'refused', accountProven: true },
        peers: [{ uid: 'a', token: 't', client: undefined, isDisabled: false, tested: undefined }],
      },
      'ping-peer',
    ],
  ])('waits for a read of %s', (_title, change, type) => {
    expect(ofSettled(change)).toMatchObject({ kind: 'read', action: { type } });
  });

  it('waits for the definition of the element', () => {
    const subject = connector({ spec: REST });
    expect(of({ connector: subject, secrets: WITH_SIGNATURE_KEY })).toMatchObject({
      kind: 'read',
      action: { type: 'read-element' },
    });
  });

  it('waits for a search before it restores an instance of the same name', () => {
    expect(of({ instances: [instance(ID, { tags: TAGS.namesake })], log: { ping: 'answered' } })).toEqual({
      kind: 'read',
      action: { type: 'search' },
    });
  });

  it('waits for a Secret also after a change of the instance', () => {
    const secrets = { 'crm-connection': secretUnread({ owners: [UID] }) };
    expect(
      of({ connector: importing, instances: [unowned], secrets, log: { ping: 'answered', read: [ID] } }),
    ).toEqual({ kind: 'read', action: { type: 'read-secret', name: 'crm-connection' } });
  });

  it('waits for no read of what it has changed', () => {
    const found = instance(ID, { element: 'infusionsoftrest' });
    const planned = ofSettled({
      connector: { spec: REST, status: ofRest },
      secrets: WITH_SIGNATURE_KEY,
      elements: new Map([['infusionsoftrest', new Map()]]),
      instances: [found],
    });
    expect(planned).toMatchObject({
      kind: 'planned',
      changes: [
        { action: 'Update', target: `instance ${ID}` },
        { action: 'Create', target: 'Secret "crm-connection"' },
      ],
    });
  });

  it('sends a value that the response leaves out, as after an edit', () => {
    const spec = { instance: { configuration: { 'filter.response.nulls': 'false' } } };
    for (const observedGeneration of [0, 1]) {
      const status = readyStatus(ID, { observedGeneration });
      expect(ofSettled({ connector: { spec, status } })).toMatchObject({
        changes: [{ action: 'Update', fields: ['configuration.filter.response.nulls'] }],
      });
    }
  });

  it('waits for no attempt that is due later', () => {
    const failures = { count: 1, lastReason: 'RemoteError', nextAttemptAt: second(MINUTE) } as const;
    expect(ofSettled({ connector: { status: readyStatus(ID, { failures }) } })).toMatchObject({
      kind: 'planned',
    });
  });

  it('has what it ends at as unmet only where nothing comes before it', () => {
    const conflict = { 'crm-connection': secretRead({}, { owners: ['another'] }) };
    const change = {
      connector: importing,
      secrets: conflict,
      log: { ping: 'answered', read: [ID] },
    } as const;
    expect(of({ ...change, instances: [unowned] })).toMatchObject({
      changes: [{ fields: ['tags'] }, { needs: expect.stringContaining('crm-connection') }],
      unmet: undefined,
    });
    expect(ofSettled({ secrets: { 'crm-key': secretAbsent } })).toMatchObject({
      changes: [{ needs: expect.stringContaining('crm-key') }],
      unmet: { reason: 'SecretNotFound' },
    });
  });

  it.each<[string, SettledChange, object]>([
    ['a suspended resource', { connector: { spec: { suspend: true } } }, { kind: 'suspended' }],
    ['an account that is not known yet', { account: { state: 'unknown' } }, { kind: 'cache-not-synced' }],
    [
      'a server that is not allowed',
      { settings: { allowedServers: [] } },
      { kind: 'blocked', reason: 'ServerNotAllowed' },
    ],
  ])('is none for %s', (_title, change, result) => {
    expect(ofSettled(change)).toMatchObject({ kind: 'none', result });
  });
});

describe('a plan ends', () => {
  it('at a new grant', () => {
    const planned = ofSettled({
      connector: { annotations: { reauthorizeAt: 'now' } },
      secrets: { ...READ, 'crm-code': secretRead({ code: 'a new code' }) },
    });
    expect(planned).toMatchObject({ kind: 'planned', changes: [{ action: 'Reauthorize' }] });
  });

  it('at the instance that replaces another one', () => {
    const planned = ofSettled({
      connector: { status: ofRest },
      secrets: { ...READ, 'crm-code': secretRead({ code: 'a new code' }) },
      instances: [instance(ID, { element: 'infusionsoftrest' })],
    });
    expect(planned).toMatchObject({
      kind: 'planned',
      changes: [{ target: 'Secret "crm-connection"' }, { target: 'instance of infusionsoftcrm' }],
    });
  });

  it.each<[string, object]>([
    ['before a switch', { next: { id: 8, connector: 'infusionsoftcrm' } }],
    ['after a switch', { replacing: { id: 8, connector: 'infusionsoftcrm', until: second(-MINUTE) } }],
  ])('at the first change of two instances: %s', (_title, held) => {
    const planned = ofSettled({
      connector: { status: readyStatus(ID, held) },
      instances: [instance(ID, { name: 'another' }), instance(8)],
    });
    expect(planned).toMatchObject({
      kind: 'planned',
      changes: [{ action: 'Update', target: `instance ${ID}` }],
    });
  });
});

describe('what a reconcile ends with', () => {
  const blocked = (name: Extract<Result, { kind: 'blocked' }>['reason'], at = 'Synced' as const): Result => ({
    kind: 'blocked',
    condition: at,
    reason: name,
    message: '',
    retry: { kind: 'on-change' },
  });

  it('is the end of a plan where a user has to provide something', () => {
    expect(isPlannable(blocked('ForeignOwner'))).toBe(true);
    expect(isPlannable({ ...blocked('SecretNotFound'), condition: 'SecretsResolved' } as Result)).toBe(true);
    expect(isPlannable({ kind: 'suspended' })).toBe(true);
  });

  it('leaves nothing to plan where it is an error, the account or the spec', () => {
    const account = { ...blocked('AccountUnauthorized'), condition: 'AccountReady' } as Result;
    const names = ['InvalidSpec', 'ServerNotAllowed', 'AccountChanged', 'RemoteError'] as const;
    expect([account, ...names.map((name) => blocked(name))].map(isPlannable)).toEqual([
      ...[false, false, false, false, false],
    ]);
  });
});
