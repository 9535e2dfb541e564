import { describe, expect, it } from 'vitest';
import { ANNOTATIONS } from '../../../../src/api/group.ts';
import { type ConnectorInput, NO_MEMORY } from '../../../../src/connector/input.ts';
import {
  inputHashOf,
  knownInstances,
  observe,
  secretNamesOf,
} from '../../../../src/connector/observe/observe.ts';
import { attempt, connector, HELD, readyStatus, UID } from '../../../support/builders/connector.ts';
import { ID, input, READY_ACCOUNT, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { bench } from '../../../support/builders/ports.ts';
import { secretAbsent, secretUnread } from '../../../support/builders/secrets.ts';
import { at, HOUR, MINUTE, NOW } from '../../../support/builders/time.ts';

describe('the observation of a connector', () => {
  it('of an invalid spec has nothing but the resource', () => {
    const { ports, stored } = bench({
      connector: connector({ spec: { encryptedKeySecretRef: undefined } }),
      claimants: ['team-a/older'],
      listed: [instance(ID)],
    });
    const found = observe(ports, stored());
    expect(found).toMatchObject({ account: { state: 'unknown' }, claimants: [], log: [], peers: [] });
    expect([found.facts.size, found.external.instances.size]).toEqual([0, 0]);
  });

  it('has the Secrets, the instances and the older claimants', () => {
    const { ports, stored } = bench({
      connector: settledConnector(),
      claimants: ['team-a/older'],
      listed: [instance(ID)],
    });
    const found = observe(ports, stored());
    expect(found).toMatchObject({ account: READY_ACCOUNT, claimants: ['team-a/older'], log: [], peers: [] });
    expect([...found.external.instances.keys()]).toEqual([ID]);
    expect([...found.facts.keys()]).toEqual(expect.arrayContaining(['crm-key', 'crm-oauth']));
  });

  it('is the same object about instances until one of them changes', () => {
    const { ports, stored, inventory } = bench({
      connector: settledConnector(),
      listed: [instance(ID), instance(8)],
    });
    const found = observe(ports, stored());
    expect(knownInstances(ports, found)).toBe(found.external);
    inventory.amend(8, { disabled: true });
    const changed = knownInstances(ports, found);
    expect(changed.instances.get(8)).toMatchObject({ disabled: true });
    inventory.forget(8);
    expect(knownInstances(ports, { ...found, external: changed }).instances.has(8)).toBe(false);
  });

  it.each([
    ['a request', { annotations: { reconcileAt: 'now' } }, undefined, true],
    ['nothing before its first report', {}, undefined, false],
    ['another input than the latest', {}, 'another', true],
  ])('is triggered by %s', (_title, change, hash, triggered) => {
    const { ports, stored } = bench({ connector: connector(change) });
    if (hash !== undefined) {
      ports.memory.rememberInputHash(UID, hash);
    }
    expect(observe(ports, stored()).triggered).toBe(triggered);
    ports.memory.rememberInputHash(UID, inputHashOf(observe(ports, stored())));
    expect(observe(ports, stored()).triggered).toBe('annotations' in change);
  });
});

describe('what a process remembers of time', () => {
  const future = (ms: number) =>
    connector({ metadata: HELD, annotations: { attempt: attempt({ at: at(ms) }) } });
  const memoryOf = (subject: ReturnType<typeof connector>, clockSetBackAt?: number, pingedAt = NOW) => {
    const { ports, stored } = bench({ connector: subject });
    ports.memory.remember(UID, { ...NO_MEMORY, pingedAt, clockSetBackAt });
    const observed = observe(ports, stored()).memory;
    expect(ports.memory.recall(UID)).toEqual(observed);
    return observed;
  };

  it('counts the pings from the first observation, and a time in the future as now', () => {
    expect(memoryOf(connector(), undefined, Number.POSITIVE_INFINITY).pingedAt).toBe(NOW);
    const { ports, stored } = bench({ connector: connector() });
    ports.memory.remember(UID, { ...NO_MEMORY, pingedAt: NOW - MINUTE });
    expect(observe(ports, stored()).memory.pingedAt).toBe(NOW - MINUTE);
  });

  it.each([
    ['a record of the past', -MINUTE, NOW - HOUR, undefined],
    ['a record of now', 0, NOW - HOUR, undefined],
    ['a record of the future, seen first', HOUR, undefined, NOW],
    ['a record of the future, seen before', HOUR, NOW - MINUTE, NOW - MINUTE],
    ['a record of the future, seen just now', HOUR, NOW, NOW],
    ['a record of the future, seen before the clock was set back again', HOUR, NOW + MINUTE, NOW],
  ])('notices that the clock was set back by %s', (_title, ms, before, expected) => {
    expect(memoryOf(future(ms), before).clockSetBackAt).toBe(expected);
  });

  it('is not written again while it stays', () => {
    const { ports, stored } = bench({ connector: future(HOUR) });
    observe(ports, stored());
    const memory = ports.memory.recall(UID);
    observe(ports, stored());
    expect(ports.memory.recall(UID)).toBe(memory);
  });
});

describe('the hash of what users change', () => {
  const hash = (change: Partial<ConnectorInput> = {}, of = input()): string =>
    inputHashOf({ ...of, ...change });
  const annotated = (annotations: Record<string, string>) =>
    input({ connector: connector({ metadata: { annotations } }) });
  const facts = (fact: ConnectorInput['facts'] extends ReadonlyMap<string, infer Fact> ? Fact : never) =>
    new Map([['a', fact]]);

  it.each<[string, () => string]>([
    ['an annotation of the operator', () => hash({}, annotated({ [ANNOTATIONS.paused]: 'x' }))],
    ['an edit', () => hash({}, input({ connector: connector({ metadata: { generation: 2 } }) }))],
    [
      'a deletion',
      () => hash({}, input({ connector: connector({ metadata: { deletionTimestamp: at(0) } }) })),
    ],
    ['another organization', () => hash({ account: { ...READY_ACCOUNT, organizationId: 'another' } })],
    ['another base URL', () => hash({ account: { ...READY_ACCOUNT, baseUrl: 'https://another' } })],
    ['an account that is not ready', () => hash({ account: { state: 'unknown' } })],
    ['other Secrets', () => hash({ facts: new Map() })],
  ])('changes with %s', (_title, changed) => {
    expect(changed()).not.toBe(hash());
  });

  it('changes with the version of a Secret, and with its absence', () => {
    const hashes = [secretUnread(), secretUnread({ resourceVersion: '2' }), secretAbsent].map((fact) =>
      hash({ facts: facts(fact) }),
    );
    expect(new Set(hashes).size).toBe(3);
  });

  it.each([
    ['the write-ahead record', annotated({ [ANNOTATIONS.attempt]: attempt() })],
    ['a foreign annotation', annotated({ 'example.com/x': 'y' })],
  ])('stays with %s', (_title, changed) => {
    expect(hash({}, changed)).toBe(hash());
  });

  it('stays with a problem that only its message describes', () => {
    const blocked = { state: 'blocked', reason: 'AccountNotReady', stalled: false } as const;
    expect(hash({ account: { ...blocked, message: 'a' } })).toBe(
      hash({ account: { ...blocked, message: 'b' } }),
    );
  });
});

describe('the Secrets of a connector', () => {
  const own = ['crm-connection', 'crm-consent-code', 'crm-grant', 'crm-consent'];

  it('are those that it references and its own', () => {
    expect(new Set(secretNamesOf(connector()))).toEqual(
      new Set(['crm-oauth', 'crm-key', 'crm-code', ...own]),
    );
  });

  it('are also that of the next connection, and that of a connection before a rename', () => {
    const status = readyStatus(ID, {
      binding: { name: 'old' },
      next: { id: 5_000, connector: 'infusionsoftrest' },
    });
    const names = secretNamesOf(connector({ status, oauth: { authorizationCodeSecretRef: undefined } }));
    expect(new Set(names)).toEqual(new Set(['crm-oauth', 'crm-key', 'old', 'crm-connection-next', ...own]));
    expect(names.every((name) => typeof name === 'string')).toBe(true);
  });
});
