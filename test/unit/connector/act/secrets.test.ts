import { describe, expect, it, test } from 'vitest';
import { LABELS, MANAGED_BY } from '../../../../src/api/group.ts';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import { MANAGED_METADATA_ANNOTATION } from '../../../../src/secrets/managed-metadata.ts';
import type { SecretFact } from '../../../../src/secrets/secret-fact.ts';
import { readyStatus, UID } from '../../../support/builders/connector.ts';
import { ID, remoteError, SETTINGS, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { secretAbsent, secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { MINUTE } from '../../../support/builders/time.ts';

function settled(
  secrets: Parameters<typeof bench>[0]['secrets'],
  change: Parameters<typeof settledConnector>[0] = {},
): Bench {
  return bench({
    connector: settledConnector(change),
    secrets: { ...STORED, ...secrets },
    listed: [instance(ID)],
    answers: workingRemote(new Map([[ID, instance(ID)]])),
  });
}

const values = (it: Bench, name: string): Record<string, string> | undefined => {
  const fact = it.secrets.get(name);
  return fact?.state === 'read'
    ? Object.fromEntries(
        Object.entries(fact.data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
      )
    : undefined;
};

const connection = {
  type: 'open-connectors',
  provider: 'sap',
  uri: 'https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2',
  host: 'api.openconnectors.us2.ext.hana.ondemand.com',
  element: 'infusionsoftcrm',
  'element-token': VALUES.token,
};

describe('the connection Secret', () => {
  test('is written again after another client deleted it', async () => {
    const it = settled({ 'crm-connection': secretAbsent });
    await reconcileOnce(it);
    expect(values(it, 'crm-connection')).toEqual(connection);
    expect(it.stored().status?.binding?.name).toBe('crm-connection');
    expect(readiness(it)).toBe('True Succeeded');
  });

  test('is restored after another client edited it, without what was added', async () => {
    const it = settled({
      'crm-connection': secretRead(
        { ...connection, 'element-token': 'edited', extra: 'x' },
        { owners: [UID], resourceVersion: '7' },
      ),
    });
    await reconcileOnce(it);
    // Status records the new version, which a restart need not read.
    expect(it.writes.map(([what]) => what)).toEqual(['update secret crm-connection', 'status']);
    expect(values(it, 'crm-connection')).toEqual(connection);
    expect(it.events.map(({ reason }) => reason)).toEqual(['ConnectionSecretRepaired']);
  });

  describe('with a template', () => {
    const own = { [LABELS.managedBy]: MANAGED_BY, [LABELS.connector]: 'crm' };
    const template = {
      metadata: {
        labels: { 'reloader.stakater.com/team': 'sales' },
        annotations: { 'reloader.stakater.com/match': 'true' },
      },
      keys: { OPEN_CONNECTORS_TOKEN: 'element-token' },
    } as const;
    const record = JSON.stringify({
      labels: ['reloader.stakater.com/team'],
      annotations: ['reloader.stakater.com/match'],
    });
    const metadataOf = (subject: Bench) => {
      const fact = subject.secrets.get('crm-connection');
      return fact?.state === 'read' ? fact.metadata : undefined;
    };
    const templated = { spec: { connectionSecretTemplate: template } };
    const edited = { metadata: { generation: 2 } };

    it('repeats keys, and carries labels and annotations', async () => {
      const subject = settled({ 'crm-connection': secretAbsent }, templated);
      await reconcileOnce(subject);
      expect(values(subject, 'crm-connection')).toEqual({
        ...connection,
        OPEN_CONNECTORS_TOKEN: VALUES.token,
      });
      expect(metadataOf(subject)).toEqual({
        labels: { ...own, 'reloader.stakater.com/team': 'sales' },
        annotations: {
          'reloader.stakater.com/match': 'true',
          [MANAGED_METADATA_ANNOTATION]: record,
        },
      });
    });

    it('is updated after an edit of the template, and keeps what another client added', async () => {
      const foreign = {
        labels: { ...own, 'backup.example.com/include': 'yes' },
        annotations: { 'example.com/note': 'x' },
      };
      const subject = settled(
        {
          'crm-connection': secretRead(connection, {
            owners: [UID],
            resourceVersion: '7',
            metadata: foreign,
          }),
        },
        { ...edited, ...templated },
      );
      await reconcileOnce(subject);
      expect(subject.events.map(({ reason }) => reason)).toEqual(['ConnectionSecretUpdated']);
      expect(metadataOf(subject)?.labels).toEqual({
        ...foreign.labels,
        'reloader.stakater.com/team': 'sales',
      });

      subject.edit((stored) => {
        const { connectionSecretTemplate: _, ...spec } = stored.spec;
        return { ...stored, metadata: { ...stored.metadata, generation: 3 }, spec };
      });
      await reconcileOnce(subject);
      expect(metadataOf(subject)).toEqual(foreign);
      expect(values(subject, 'crm-connection')).toEqual(connection);
      const { length } = subject.writes;
      await reconcileOnce(subject);
      expect(subject.writes).toHaveLength(length);
    });

    it('is restored when another client removed a label or forged the record of the operator', async () => {
      const subject = settled({ 'crm-connection': secretAbsent }, templated);
      await reconcileOnce(subject);
      const before = metadataOf(subject);
      subject.secrets.set(
        'crm-connection',
        secretRead(
          { ...connection, OPEN_CONNECTORS_TOKEN: VALUES.token },
          {
            owners: [UID],
            resourceVersion: '7',
            metadata: { labels: {}, annotations: { [MANAGED_METADATA_ANNOTATION]: 'no JSON' } },
          },
        ),
      );
      await reconcileOnce(subject);
      expect(metadataOf(subject)).toEqual(before);
      expect(subject.events.at(-1)?.reason).toBe('ConnectionSecretRepaired');
    });

    it('keeps the labels of the operator where the record of the Secret lists them', async () => {
      const forged = JSON.stringify({ labels: [LABELS.managedBy], annotations: [] });
      const metadata = { labels: own, annotations: { [MANAGED_METADATA_ANNOTATION]: forged } };
      const subject = settled({
        'crm-connection': secretRead(connection, { owners: [UID], resourceVersion: '7', metadata }),
      });
      await reconcileOnce(subject);
      expect(metadataOf(subject)).toEqual({ labels: own, annotations: {} });
    });

    it('reports a label that the setting of the operator does not name', async () => {
      const subject = settled(
        {},
        {
          ...edited,
          spec: { connectionSecretTemplate: { metadata: { labels: { 'example.com/x': 'y' } } } },
        },
      );
      await reconcileOnce(subject);
      expect(readiness(subject)).toBe('False InvalidSpec');
      expect(metadataOf(subject)?.labels).toEqual(own);
    });
  });

  it.each([
    ['keeps its token', {}, { 'element-token': 'of a newer instance' }],
    ['keeps its old name', { spec: { connectionSecretRef: { name: 'binding' } } }, {}],
  ])('%s where the resource was changed since the cache saw it', async (_title, change, content) => {
    const stale = new KubeError('conflict', 'the object has been modified', { status: 409 });
    const data = { ...connection, ...content };
    const subject = bench({
      connector: settledConnector(change),
      secrets: { ...STORED, 'crm-connection': secretRead(data, { owners: [UID], resourceVersion: '7' }) },
      listed: [instance(ID)],
      answers: workingRemote(new Map([[ID, instance(ID)]])),
      onPatchStatus: () => {
        throw stale;
      },
    });
    await expect(reconcileOnce(subject)).rejects.toThrow(stale);
    expect(values(subject, 'crm-connection')).toEqual(data);
  });

  test('that the cache has not seen yet is read, not overwritten', async () => {
    const it = settled({ 'crm-connection': secretRead({ password: 'of another' }) });
    const known = (namespace: string, name: string): SecretFact =>
      name === 'crm-connection' ? secretAbsent : it.ports.secrets.known(namespace, name);
    const late = { ...it, ports: { ...it.ports, secrets: { ...it.ports.secrets, known } } };
    await reconcileOnce(late);
    expect(readiness(it)).toBe('False ConnectionSecretConflict');
    expect(values(it, 'crm-connection')).toEqual({ password: 'of another' });
  });

  test('of the old name goes after a rename, once the new one is there', async () => {
    const it = settled(
      {},
      { metadata: { generation: 2 }, spec: { connectionSecretRef: { name: 'binding' } } },
    );
    await reconcileOnce(it);
    expect(it.writes.map(([what]) => what)).toEqual([
      'create secret binding',
      'delete secret crm-connection',
      'status',
    ]);
    expect(it.stored().status?.binding?.name).toBe('binding');
  });

  it.each([
    ['deletes a renamed Secret that changed since it was observed', UID, false],
    ['keeps a renamed Secret that another resource owns meanwhile', 'another', true],
  ])('%s', async (_title, owner, stays) => {
    const subject = settled(
      { 'crm-connection': secretRead(connection, { owners: [owner], resourceVersion: '8' }) },
      { metadata: { generation: 2 }, spec: { connectionSecretRef: { name: 'binding' } } },
    );
    const known = (namespace: string, name: string): SecretFact =>
      name === 'crm-connection'
        ? { state: 'unread', resourceVersion: '7', owners: [UID] }
        : subject.ports.secrets.known(namespace, name);
    await reconcileOnce({
      ...subject,
      ports: { ...subject.ports, secrets: { ...subject.ports.secrets, known } },
    });
    expect(subject.secrets.get('crm-connection')?.state === 'read').toBe(stays);
  });

  test('of any earlier name goes, also where a crash came between two renames', async () => {
    const it = settled(
      {
        binding: secretRead({ type: 'open-connectors' }, { owners: [UID] }),
        'crm-consent-of-another': secretRead({ a: 'b' }, { owners: ['another'] }),
      },
      { metadata: { generation: 3 }, spec: { connectionSecretRef: { name: 'third' } } },
    );
    await reconcileOnce(it);
    expect(it.writes.map(([what]) => what)).toEqual([
      'create secret third',
      'delete secret crm-connection',
      'delete secret binding',
      'status',
    ]);
    expect(it.stored().status?.binding?.name).toBe('third');
  });

  describe('renamed to a name that another Secret has', () => {
    const renamed = { metadata: { generation: 2 }, spec: { connectionSecretRef: { name: 'binding' } } };
    const foreign = { binding: secretRead({ password: 'of another' }) };

    it('stays in use under its old name, and status.binding names it', async () => {
      const subject = settled(foreign, renamed);
      await reconcileOnce(subject);
      expect(readiness(subject)).toBe('False ConnectionSecretConflict');
      expect(subject.stored().status?.binding?.name).toBe('crm-connection');
      expect(values(subject, 'crm-connection')).toEqual(connection);
    });

    it.each([false, true])(
      'moves and removes the old one once the name is free (restart in between: %s)',
      async (restarts) => {
        const subject = settled(foreign, renamed);
        await reconcileOnce(subject);
        subject.secrets.delete('binding');
        if (restarts) {
          subject.ports.memory.forget(UID);
        }
        await reconcileOnce(subject);
        expect(readiness(subject)).toBe('True Succeeded');
        expect(subject.stored().status?.binding?.name).toBe('binding');
        expect(values(subject, 'binding')).toEqual(connection);
        expect(subject.secrets.has('crm-connection')).toBe(false);
      },
    );
  });

  it('of the old name is removed later when its removal is interrupted', async () => {
    const pings = { isAnswering: false };
    const subject = bench({
      connector: settledConnector({
        metadata: { generation: 2 },
        spec: { connectionSecretRef: { name: 'binding' } },
      }),
      secrets: STORED,
      listed: [instance(ID)],
      answers: workingRemote(new Map([[ID, instance(ID)]]), {
        pingInstance: () => {
          if (!pings.isAnswering) {
            throw remoteError('unavailable');
          }
          return 'answered';
        },
      }),
    });
    const remove = () => Promise.reject(new KubeError('network', 'no answer'));
    const failing = {
      ...subject,
      ports: { ...subject.ports, secrets: { ...subject.ports.secrets, remove } },
    };
    await expect(reconcileOnce(failing)).rejects.toBeInstanceOf(KubeError);
    // The next reconcile does not come as far as the Secrets, and writes a status all the same.
    await subject.clock.advance(SETTINGS.pingIntervalMs + MINUTE);
    await reconcileOnce(subject);
    expect(readiness(subject)).toBe('False InstanceNotAnswering');
    expect(subject.stored().status?.binding?.name).toBe('crm-connection');
    pings.isAnswering = true;
    await subject.clock.advance(MINUTE);
    await reconcileOnce(subject);
    expect(subject.stored().status?.binding?.name).toBe('binding');
    expect(subject.secrets.has('crm-connection')).toBe(false);
  });

  test('shows no value in an event', async () => {
    const it = settled({ 'crm-connection': secretAbsent }, { spec: { includeAccountCredentials: true } });
    await reconcileOnce(it);
    expect(values(it, 'crm-connection')).toMatchObject({ 'user-secret': VALUES.userSecret });
    expect(JSON.stringify([it.events, it.stored()])).not.toContain(VALUES.userSecret);
  });
});

describe('rotation', () => {
  test('of the client secret reaches the instance by a read, one patch and one call through it', async () => {
    const it = settled({
      'crm-oauth': secretRead(
        { client_id: VALUES.clientId, client_secret: 'rotated' },
        { resourceVersion: '2' },
      ),
    });
    await reconcileOnce(it);
    expect(it.calls.map(([name]) => name)).toEqual(['readInstance', 'patchInstance', 'pingInstance']);
    expect(it.calls[1]).toEqual(['patchInstance', ID, { configuration: { 'oauth.api.secret': 'rotated' } }]);
    const recorded = it.stored().status?.credentials?.find(({ key }) => key === 'client_secret');
    expect(recorded?.resourceVersion).toBe('2');
    await reconcileOnce(it);
    expect(it.calls).toHaveLength(3);
  });

  test('of nothing but a label costs one read and one write of status', async () => {
    const it = settled({
      'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }, { resourceVersion: '2' }),
    });
    await reconcileOnce(it);
    expect(it.calls).toEqual([]);
    expect(it.reads).toEqual(['crm-key']);
    expect(it.stored().status?.credentials).toEqual(
      readyStatus(ID).credentials?.map((entry) =>
        entry.key === 'encryptedKey' ? { ...entry, resourceVersion: '2' } : entry,
      ),
    );
    await reconcileOnce(it);
    expect(it.reads).toEqual(['crm-key']);
  });
});
