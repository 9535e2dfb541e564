import type { LedgerEntry } from 'kube-apiserver-emulator/index.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

/** What one resource costs, counted by both servers. Only the embedded API server keeps a ledger. */
describeControlPlanes('the cost', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    operator = await bench.startOperator();
  });
  afterAll(() => bench?.stop());

  const calls = (namespace: Namespace, matches: (entry: LedgerEntry) => boolean): readonly string[] => {
    const { ledger } = plane;
    if (ledger === undefined) {
      throw new Error('this control plane keeps no ledger');
    }
    return ledger.entries
      .filter(
        (entry) =>
          entry.userAgent.startsWith('openconnectors.dev') &&
          entry.namespace === namespace.name &&
          entry.resource !== 'events' &&
          matches(entry),
      )
      .map(({ verb, resource, subresource, name }) =>
        [verb, resource, subresource, name].filter(Boolean).join(' '),
      );
  };
  const isWrite = ({ verb }: LedgerEntry): boolean => ['create', 'update', 'patch', 'delete'].includes(verb);
  const isRead = ({ verb }: LedgerEntry): boolean => verb === 'get' || verb === 'list';

  test('of a first creation is 3 writes, 3 reads and 2 remote calls', async ({ skip }) => {
    skip(plane.ledger === undefined, `${plane.name} keeps no ledger`);
    const namespace = await bench.namespace('cost');
    await createPrerequisites(bench, namespace);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    const about = ({ resource, name }: LedgerEntry): boolean =>
      resource === 'infusionsoftconnectors' || (resource === 'secrets' && name !== 'sap-account');
    const remote = bench.simulator.ledger.entries().length;

    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');

    expect(calls(namespace, (entry) => isWrite(entry) && about(entry))).toEqual([
      'patch infusionsoftconnectors crm',
      'create secrets',
      'patch infusionsoftconnectors status crm',
    ]);
    expect([...calls(namespace, (entry) => isRead(entry) && about(entry))].sort()).toEqual([
      'get secrets crm-code',
      'get secrets crm-key',
      'get secrets crm-oauth',
    ]);
    expect(
      bench.simulator.ledger
        .entries()
        .slice(remote)
        .map(({ operation }) => operation),
    ).toEqual(['createInstance', 'ping']);
  });

  test('of a first creation is one event, which lists what was done', async ({ skip }) => {
    skip(plane.ledger === undefined, `${plane.name} keeps no ledger`);
    const namespace = await bench.namespace('cost');
    await createPrerequisites(bench, namespace);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    // The end of an operator writes its queued events.
    await operator.stop();
    operator = await bench.startOperator();
    const events = await namespace.events('crm');
    expect(events.filter(({ type }) => type === 'Normal').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Created instance \d+.*authorized and up to date\.$/),
    ]);
  });

  test('of an unchanged reconcile is nothing', async ({ skip }) => {
    skip(plane.ledger === undefined, `${plane.name} keeps no ledger`);
    const namespace = await bench.namespace('cost');
    await createPrerequisites(bench, namespace);
    await namespace.create(
      connector('crm'),
      secret('other-code', { code: newCode(bench.simulator) }),
      connector('other', {
        oauth: {
          clientSecretRef: { name: 'crm-oauth' },
          callbackUrl: CALLBACK_URL,
          authorizationCodeSecretRef: { name: 'other-code' },
        },
      }),
    );
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await namespace.waitFor('InfusionsoftConnector', 'other', 'Ready', 'True');
    const before = { calls: calls(namespace, () => true), remote: bench.simulator.ledger.entries().length };
    // A reconcile over `crm`, brought about by a label; and one over `other` that writes, to know that the first has ended.
    await namespace.patch('InfusionsoftConnector', 'crm', { metadata: { labels: { looked: 'at' } } });
    await namespace.patch('InfusionsoftConnector', 'other', {
      metadata: { annotations: { 'openconnectors.dev/reconcile-at': 'now' } },
    });
    await poll(
      async () =>
        (await namespace.connector('other')).status?.lastHandledReconcileAt === 'now' ? true : undefined,
      20_000,
      () => 'the reconcile did not end',
    );
    expect(calls(namespace, () => true).slice(before.calls.length)).toEqual([
      'patch infusionsoftconnectors status other',
    ]);
    // The one call is what `reconcile-at` asks for.
    expect(
      bench.simulator.ledger
        .entries()
        .slice(before.remote)
        .map(({ operation }) => operation),
    ).toEqual(['readInstance']);
  });

  test('of a rotated Secret is one read of it, and a read, a change and a ping of the instance', async ({
    skip,
  }) => {
    skip(plane.ledger === undefined, `${plane.name} keeps no ledger`);
    const namespace = await bench.namespace('cost');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    const before = {
      reads: calls(namespace, isRead).length,
      remote: bench.simulator.ledger.entries().length,
    };
    const fingerprint = async () =>
      (await namespace.connector('crm')).status?.credentials?.find(
        ({ secretName }) => secretName === 'crm-key',
      )?.fingerprint;
    const old = await fingerprint();
    await namespace.patch('Secret', 'crm-key', { stringData: { encryptedKey: 'a-new-encrypted-key' } });
    await poll(
      async () => ((await fingerprint()) !== old ? true : undefined),
      20_000,
      () => 'the rotation was not recorded',
    );
    expect(calls(namespace, isRead).slice(before.reads)).toEqual(['get secrets crm-key']);
    expect(
      bench.simulator.ledger
        .entries()
        .slice(before.remote)
        .map(({ operation }) => operation),
    ).toEqual(['readInstance', 'patchInstance', 'ping']);
  });
});
