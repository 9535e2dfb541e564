import { describe, expect, it } from 'vitest';
import { decideObserved } from '../../../../src/connector/plan/decide-observed.ts';
import { connector, readyStatus, unverifiedStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import {
  ID,
  type InputChange,
  input,
  type SettledChange,
  settledInput,
} from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { READ, secretAbsent, secretRead } from '../../../support/builders/secrets.ts';
import { MINUTE, second } from '../../../support/builders/time.ts';

const of = (change: InputChange) => decideObserved(input(change), printOf);
const ofSettled = (change: SettledChange = {}) => decideObserved(settledInput(change), printOf);
const ends = (result: object) => ({ type: 'finish', result });

/** The spec names the connection Secret, so that the operator writes it although it only observes. */
const NAMED = { connectionSecretRef: { name: 'crm-connection' } };
/** Every Secret of the spec was read. */
const { 'crm-connection': _, ...KNOWN } = READ;
/** A Secret is missing, at which every plan ends. */
const INCOMPLETE = { 'crm-key': secretAbsent };

describe('a resource that is only observed', () => {
  it('is as decide ends it where nothing says what the instance is', () => {
    const failures = { count: 1, lastReason: 'RemoteError', nextAttemptAt: second(MINUTE) } as const;
    expect(ofSettled({ connector: { status: readyStatus(ID, { failures }) } })).toMatchObject(
      ends({ kind: 'not-due' }),
    );
    expect(ofSettled({ connector: { spec: { suspend: true } } })).toMatchObject(ends({ kind: 'suspended' }));
  });

  it('is authorized where its instance is, with nothing unmet', () => {
    expect(ofSettled()).toMatchObject(
      ends({ kind: 'observed', reason: 'Succeeded', works: true, plan: [], unmet: [] }),
    );
  });

  it('has no instance where the one in status does not exist', () => {
    expect(ofSettled({ instances: [], gone: [ID], secrets: KNOWN })).toMatchObject(
      ends({
        kind: 'observed',
        reason: 'ChangesPlanned',
        message: expect.stringContaining('No instance exists'),
        works: false,
        unmet: [],
      }),
    );
  });

  it('is authorized where its element cannot be called', () => {
    const status = unverifiedStatus(ID);
    expect(ofSettled({ connector: { status }, log: { ping: 'unsupported' } })).toMatchObject(
      ends({ reason: 'Succeeded', works: true }),
    );
  });

  it.each([
    [{ instance: { enabled: false } }, 'Disabled', '(spec.instance.enabled)'],
    [{}, 'ChangesPlanned', 'Review status.plan'],
  ])('does not work while its instance is disabled: %j', (spec, reason, message) => {
    const recorded = readyStatus(ID);
    const status = readyStatus(ID, { instance: { ...recorded.instance, id: ID, enabled: false } });
    const disabled = instance(ID, { disabled: true });
    expect(
      ofSettled({ connector: { spec, status }, instances: [disabled], log: { read: [ID] } }),
    ).toMatchObject(
      ends({ kind: 'observed', reason, message: expect.stringContaining(message), works: false, unmet: [] }),
    );
  });

  it('is as its test call ends it, although a Secret is missing', () => {
    expect(ofSettled({ secrets: INCOMPLETE, log: { ping: 'forbidden', justRead: ID } })).toMatchObject(
      ends({ kind: 'blocked', reason: 'InstanceNotAnswering' }),
    );
  });

  it('has no working instance where the call was refused after the OAuth app changed', () => {
    const changed = secretRead({ client_id: 'another', client_secret: 'x' }, { resourceVersion: '2' });
    const subject = { oauth: { authorizationCodeSecretRef: undefined } };
    expect(
      ofSettled({
        connector: subject,
        secrets: { ...KNOWN, 'crm-oauth': changed },
        log: { ping: 'refused', accountProven: true },
      }),
    ).toMatchObject(
      ends({
        reason: 'AuthorizationRevoked',
        works: false,
        unmet: [{ condition: 'Authorized', reason: 'AuthorizationRevoked' }],
      }),
    );
  });

  it('says that the OAuth app is rejected where that is the cause', () => {
    expect(
      ofSettled({
        connector: { status: unverifiedStatus(ID), spec: { managementPolicy: 'Observe' } },
        secrets: KNOWN,
        log: { ping: 'client-refused', accountProven: true },
      }),
    ).toMatchObject(
      ends({ reason: 'OAuthClientRejected', works: false, unmet: [{ reason: 'OAuthClientRejected' }] }),
    );
  });

  it('says that the grant is revoked, and asks for no consent', () => {
    expect(
      ofSettled({
        connector: { status: unverifiedStatus(ID), oauth: { authorizationCodeSecretRef: undefined } },
        secrets: KNOWN,
        log: { ping: 'refused', accountProven: true },
      }),
    ).toMatchObject(
      ends({
        reason: 'AuthorizationRevoked',
        message: expect.stringContaining('To authorize it again'),
        unmet: [{ reason: 'AuthorizationRevoked' }],
      }),
    );
  });
});

describe('the connection Secret of a resource that is only observed', () => {
  const importing = connector({ spec: { ...NAMED, instance: { importId: ID } } });

  it('is written for an instance of its own', () => {
    const change = { connector: { spec: NAMED }, secrets: { 'crm-connection': secretAbsent } };
    expect(ofSettled(change)).toMatchObject({ type: 'write-connection-secret', name: 'crm-connection' });
  });

  it('is not written where the spec does not name it', () => {
    expect(ofSettled({ secrets: { 'crm-connection': secretAbsent } })).toMatchObject(
      ends({ kind: 'observed' }),
    );
  });

  it('is not written for an instance of another owner', () => {
    const found = instance(ID, { tags: TAGS.otherCluster });
    expect(
      of({ connector: importing, instances: [found], log: { ping: 'answered', read: [ID] } }),
    ).toMatchObject(ends({ kind: 'observed', reason: 'Succeeded' }));
  });

  it('waits for the search that finds the only instance of its name', () => {
    const found = instance(ID, { tags: TAGS.namesake });
    expect(
      of({
        connector: connector({ spec: NAMED }),
        instances: [found],
        secrets: INCOMPLETE,
        log: { ping: 'answered', read: [ID] },
      }),
    ).toEqual({ type: 'search' });
  });

  it('is reported where another owner has it', () => {
    const conflict = { 'crm-connection': secretRead({}, { owners: ['another'] }) };
    expect(ofSettled({ connector: { spec: NAMED }, secrets: conflict })).toMatchObject(
      ends({ kind: 'blocked', reason: 'ConnectionSecretConflict' }),
    );
  });
});
