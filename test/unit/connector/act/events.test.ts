import { describe, expect, it } from 'vitest';
import type { ConnectorSpec } from '../../../../src/api/connector.ts';
import { type ElementDefaults, pollerConfiguration } from '../../../../src/provider/events.ts';
import { MASKED } from '../../../../src/secrets/mask.ts';
import { HELD, readyStatus, UID } from '../../../support/builders/connector.ts';
import { ID, remoteError, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, type BenchChange, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { READ, secretRead, VALUES } from '../../../support/builders/secrets.ts';

const KEY = 'signature-key-51c2';
const EVENTS: NonNullable<ConnectorSpec['events']> = {
  callbackUrl: 'https://events.example.com/x',
  signatureKeySecretRef: { name: 'crm-events' },
  pollInterval: '5m',
  resources: ['orders', 'contacts'],
};
const PATCH = {
  'event.notification.enabled': 'true',
  'event.vendor.type': 'polling',
  'event.notification.callback.url': EVENTS.callbackUrl,
  'event.notification.signature.key': KEY,
  'event.poller.refresh_interval': '5',
  'event.poller.configuration': expect.stringContaining('"contacts"'),
  'event.poller.urls': 'contacts|orders',
};

/** A settled connector of infusionsoftrest; its remote side masks the signature key. */
function subject(
  change: BenchChange['answers'] = {},
  events: ConnectorSpec['events'] = EVENTS,
  configuration: Record<string, string> = {},
): Bench & { readonly remote: Map<number, ReturnType<typeof instance>> } {
  const shown = instance(ID, {
    element: 'infusionsoftrest',
    configuration: { ...instance(ID).configuration, ...configuration },
  });
  const remote = new Map([[ID, shown]]);
  const answers = workingRemote(remote, change);
  const status = readyStatus(ID);
  return {
    remote,
    ...bench({
      connector: settledConnector({
        metadata: { ...HELD, generation: 2 },
        spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined, server: undefined, events },
        status: {
          ...status,
          instance: { ...status.instance, id: ID, connector: 'infusionsoftrest' },
        },
      }),
      secrets: {
        ...READ,
        'crm-events': secretRead({ signatureKey: KEY }),
        'crm-connection': secretRead({}, { owners: [UID] }),
      },
      listed: [shown],
      answers,
    }),
  };
}

const patches = ({ calls }: Bench) =>
  calls.filter(([name]) => name === 'patchInstance').map(([, , patch]) => patch);

function without(it: Bench): void {
  it.edit((stored) => {
    const { events: _, ...spec } = stored.spec;
    return { ...stored, metadata: { ...stored.metadata, generation: 3 }, spec };
  });
}

describe('the events of a connector', () => {
  it('are enabled by one PATCH with callback and signature key, and read back', async () => {
    const it = subject();
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
    expect(patches(it)).toEqual([{ configuration: PATCH }]);
    const names = it.calls.map(([name]) => name);
    expect(names.indexOf('readElement')).toBeLessThan(names.indexOf('patchInstance'));
    expect(names.slice(names.indexOf('patchInstance') + 1)).toContain('readInstance');
    expect(it.stored().status?.events).toEqual({ resources: ['contacts', 'orders'] });
    const recorded = it.stored().status?.credentials?.map(({ secretName }) => secretName);
    expect(recorded).toContain('crm-events');
    await reconcileOnce(it);
    expect(patches(it)).toHaveLength(1);
    expect(it.calls.filter(([name]) => name === 'readElement')).toHaveLength(1);
  });

  it('are equal where the poller configuration comes back in another form', async () => {
    const it = subject();
    await reconcileOnce(it);
    const before = it.remote.get(ID)?.configuration?.['event.poller.configuration'] ?? '';
    it.inventory.amend(ID, {
      configuration: {
        ...it.remote.get(ID)?.configuration,
        'event.notification.signature.key': MASKED,
        'event.poller.configuration': JSON.stringify(
          Object.fromEntries(Object.entries(JSON.parse(before)).reverse()),
          undefined,
          2,
        ),
      },
    });
    await reconcileOnce(it);
    expect(patches(it)).toHaveLength(1);
  });

  it('are corrected by the smallest call after drift', async () => {
    const it = subject();
    await reconcileOnce(it);
    const { configuration } = it.remote.get(ID) ?? instance(ID);
    const drifted = { configuration: { ...configuration, 'event.poller.refresh_interval': '1' } };
    it.remote.set(ID, { ...(it.remote.get(ID) ?? instance(ID)), ...drifted });
    it.inventory.amend(ID, drifted);
    await reconcileOnce(it);
    expect(patches(it).slice(1)).toEqual([{ configuration: { 'event.poller.refresh_interval': '5' } }]);
    expect(it.events.at(-1)?.reason).toBe('DriftCorrected');
  });

  it('get a rotated signature key alone', async () => {
    const it = subject();
    await reconcileOnce(it);
    const next = 'signature-key-next';
    it.secrets.set('crm-events', secretRead({ signatureKey: next }, { resourceVersion: '2' }));
    await reconcileOnce(it);
    expect(patches(it).slice(1)).toEqual([{ configuration: { 'event.notification.signature.key': next } }]);
  });

  it('are disabled when the spec has them no more, once', async () => {
    const it = subject();
    await reconcileOnce(it);
    without(it);
    await reconcileOnce(it);
    expect(patches(it).slice(1)).toEqual([{ configuration: { 'event.notification.enabled': 'false' } }]);
    expect(it.stored().status?.events).toBeUndefined();
    await reconcileOnce(it);
    expect(patches(it)).toHaveLength(2);
  });

  it('of another client are left alone without spec.events', async () => {
    const it = subject({}, EVENTS, { 'event.notification.enabled': 'true' });
    without(it);
    await reconcileOnce(it);
    expect(patches(it)).toEqual([]);
    expect(readiness(it)).toBe('True Succeeded');
  });

  it('are reported, without a consent, where Open Connectors does not store them', async () => {
    const it = subject({ patchInstance: () => instance(ID, { element: 'infusionsoftrest' }) });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False RemoteError');
    const ready = it.stored().status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).toContain('"event.notification.enabled"');
    const authorized = it.stored().status?.conditions?.find(({ type }) => type === 'Authorized');
    expect(authorized?.status).toBe('True');
  });

  it('are configured from the table where the element cannot be read', async () => {
    const it = subject({
      readElement: () => {
        throw remoteError('not-found', 'no element', { status: 404 });
      },
    });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
  });

  it('never show the signature key', async () => {
    const it = subject();
    await reconcileOnce(it);
    const shown = JSON.stringify([it.events, it.writes.filter(([what]) => !what.includes('secret'))]);
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain(VALUES.clientSecret);
  });

  it('are invalid for a host that the operator does not allow', async () => {
    const it = subject({}, { ...EVENTS, callbackUrl: 'https://evil.example.com/' });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False InvalidSpec');
    expect(it.calls).toEqual([]);
  });
});

describe('the poller configuration', () => {
  const own = { url: '/hubs/crm/contacts?own', idField: 'id' };
  const none: ElementDefaults = new Map();

  it("has the element's own entries, else those of the table", () => {
    const defaults = new Map([['event.poller.configuration', JSON.stringify({ contacts: own })]]);
    const { 'event.poller.configuration': text = '' } = pollerConfiguration(['orders', 'contacts'], defaults);
    const parsed = JSON.parse(text);
    expect(parsed.contacts).toEqual(own);
    expect(parsed.orders).toMatchObject({
      idField: 'id',
      datesConfiguration: { createdDateField: 'creation_date', updatedDateField: 'modification_date' },
    });
  });

  it.each(['no JSON', '[]', 'null'])('uses the table where the default is %s', (text) => {
    const defaults = new Map([['event.poller.configuration', text]]);
    expect(pollerConfiguration(['contacts'], defaults)).toEqual(pollerConfiguration(['contacts'], none));
  });

  it('names the resources only, for an element with event.metadata', () => {
    const defaults = new Map([['event.metadata', '{}']]);
    expect(pollerConfiguration(['orders', 'contacts'], defaults)).toEqual({
      'event.objects': 'contacts,orders',
    });
  });
});
