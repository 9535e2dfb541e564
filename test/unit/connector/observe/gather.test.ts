import { describe, expect, it } from 'vitest';
import { ANNOTATIONS } from '../../../../src/api/group.ts';
import type { ConnectorInput, Observation } from '../../../../src/connector/input.ts';
import { gather } from '../../../../src/connector/observe/gather.ts';
import { withConnector } from '../../../../src/connector/observe/observe.ts';
import { attempt, connector, digest } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, input, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';

/** The input after `change` of `before`, and the values that were hashed for it. */
function after(before: ConnectorInput, change: Partial<Observation>) {
  const hashed: string[] = [];
  const next = gather(
    { ...before, ...change },
    (value) => {
      hashed.push(value);
      return printOf(value);
    },
    before,
  );
  return { next, hashed };
}

describe('the gathered input', () => {
  it('holds each value decoded and hashed', () => {
    const { clientId, clientSecret, encryptedKey, grant } = input().secrets;
    const values = [clientId, clientSecret, encryptedKey, grant].map((found) => found?.value);
    expect(values).toMatchObject(
      [VALUES.clientId, VALUES.clientSecret, VALUES.encryptedKey, VALUES.code].map((value) => ({
        state: 'value',
        value,
        fingerprint: printOf(value),
      })),
    );
  });

  it('hashes nothing again where nothing changed', () => {
    const before = input({ instances: [instance(ID)] });
    const { next, hashed } = after(before, { now: before.now + 1, facts: new Map(before.facts) });
    expect(hashed).toEqual([]);
    expect(next.secrets.clientId).toBe(before.secrets.clientId);
    expect(next.instances).toBe(before.instances);
  });

  it('hashes the values of the Secret that was read, and no other', () => {
    const before = settledInput();
    const facts = new Map(before.facts).set(
      'crm-oauth',
      secretRead({ client_id: 'new id', client_secret: 'new secret' }, { resourceVersion: '2' }),
    );
    const { next, hashed } = after(before, { facts });
    expect(hashed.sort()).toEqual(['new id', 'new secret']);
    expect(next.secrets.clientId.value).toMatchObject({ value: 'new id', changed: true });
    expect(next.secrets.encryptedKey).toBe(before.secrets.encryptedKey);
  });

  it('compares the credential with the record that a write stored', () => {
    const before = input();
    expect(before.secrets.grant?.match).toEqual({ isCurrent: false, wasSent: false, isUnreadable: false });
    const stored = connector({ annotations: { attempt: attempt() } });
    const { next, hashed } = after(before, withConnector(before, stored));
    expect(stored.metadata.annotations?.[ANNOTATIONS.attempt]).toBeDefined();
    expect(next.record?.digest).toBe(digest(VALUES.code));
    expect(next.secrets.grant?.match).toEqual({ isCurrent: true, wasSent: true, isUnreadable: false });
    expect(hashed).toEqual([]);
  });

  it('chooses the instance again after a read', () => {
    const before = input();
    expect(before.instances.chosen).toBeUndefined();
    const external = { ...before.external, instances: new Map([[ID, instance(ID)]]) };
    expect(after(before, { external }).next.instances.chosen?.id).toBe(ID);
  });
});
