import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

describeControlPlanes('changes of a Ready connector', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s' } });
  });
  afterAll(() => bench?.stop());

  async function ready(
    spec: Readonly<Record<string, unknown>> = {},
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly namespace: Namespace; readonly id: number }> {
    const namespace = await bench.namespace('changes');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm', spec, metadata));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    const id = (await namespace.connector('crm')).status?.instance?.id;
    if (id === undefined) {
      throw new Error('Ready without an instance');
    }
    return { namespace, id };
  }
  const instance = (id: number) => bench.simulator.instances().find((candidate) => candidate.id === id);
  const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
    poll(
      async () => ((await holds()) ? true : undefined),
      20_000,
      () => `it did not happen: ${what}`,
    );

  describe('of the spec', () => {
    test('name, tags and configuration are changed in one call', async () => {
      const { namespace, id } = await ready();
      const before = bench.simulator.ledger.count('patchInstance');
      await namespace.patch('InfusionsoftConnector', 'crm', {
        spec: {
          instance: {
            name: 'Sales CRM',
            tags: ['team-sales'],
            configuration: { 'filter.response.nulls': 'false' },
          },
        },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      const changed = instance(id);
      expect(changed?.name).toBe('Sales CRM');
      expect(changed?.tags).toContain('team-sales');
      expect(changed?.tags.filter((tag) => tag.startsWith('k8s-'))).toHaveLength(5);
      expect(changed?.configuration['filter.response.nulls']).toBe('false');
      expect(changed?.works).toBe(true);
      expect(bench.simulator.ledger.count('patchInstance')).toBe(before + 1);
    });

    test('a disabled instance is Ready and says so, and works again when enabled', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { enabled: false } } });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True', 'Disabled');
      expect(instance(id)?.disabled).toBe(true);
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { enabled: true } } });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True', 'Succeeded');
      expect(instance(id)?.disabled).toBe(false);
    });

    test('a pause is Ready=False with its reason, and ends without a call of Open Connectors', async () => {
      const { namespace, id } = await ready();
      const pause = (value: string | null) =>
        namespace.patch('InfusionsoftConnector', 'crm', {
          metadata: { annotations: { 'openconnectors.dev/paused': value } },
        });
      await pause('maintenance of Keap');
      const message = await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'False', 'Suspended');
      expect(message).toContain('(maintenance of Keap)');
      await pause(null);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect((await namespace.connector('crm')).status?.instance?.id).toBe(id);
    });

    test('nothing is done while it is suspended, except deletion', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('InfusionsoftConnector', 'crm', {
        spec: { suspend: true, instance: { name: 'Other' } },
      });
      await namespace.create(connector('probe', { instance: { enabled: false } }));
      await namespace.waitFor('InfusionsoftConnector', 'probe', 'Authorized', 'False');
      expect(instance(id)?.name).not.toBe('Other');
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(instance(id)).toBeUndefined();
    });
  });

  describe('of a Secret', () => {
    test('a new encrypted key and client secret reach the instance, and the client keeps working', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('Secret', 'crm-key', { stringData: { encryptedKey: 'rotated-key-0001' } });
      await until(
        'the new key',
        () => instance(id)?.configuration['infusionsoft.private.key'] === 'rotated-key-0001',
      );
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect(instance(id)?.works).toBe(true);
    });

    test('whose data is unchanged costs no external call', async () => {
      const { namespace } = await ready();
      const { length } = bench.simulator.ledger.entries((entry) => entry.operation !== 'listInstances');
      await namespace.patch('Secret', 'crm-key', { metadata: { labels: { touched: 'yes' } } });
      await namespace.patch('Secret', 'crm-key', { stringData: { unrelated: 'value' } });
      const version = async () =>
        (await namespace.connector('crm')).status?.credentials?.find(
          ({ secretName }) => secretName === 'crm-key',
        )?.resourceVersion;
      const first = await version();
      await namespace.patch('Secret', 'crm-key', { metadata: { labels: { touched: 'again' } } });
      await until('the version in status', async () => (await version()) !== first);
      expect(bench.simulator.ledger.entries((entry) => entry.operation !== 'listInstances')).toHaveLength(
        length,
      );
    });

    test('the template of the connection Secret is applied, restored, and removed with the spec', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('Secret', 'crm-connection', {
        metadata: { annotations: { 'example.com/note': 'of another client' } },
      });
      await namespace.patch('InfusionsoftConnector', 'crm', {
        spec: {
          connectionSecretTemplate: {
            metadata: { annotations: { 'reloader.stakater.com/match': 'true' } },
            keys: { OPEN_CONNECTORS_TOKEN: 'element-token' },
          },
        },
      });
      const isApplied = async () => {
        const found = await namespace.secret('crm-connection');
        return (
          found?.annotations['reloader.stakater.com/match'] === 'true' &&
          found.values['OPEN_CONNECTORS_TOKEN'] === instance(id)?.token
        );
      };
      await until('the template', isApplied);
      await namespace.patch('Secret', 'crm-connection', {
        metadata: { annotations: { 'reloader.stakater.com/match': null } },
      });
      await until('the repair', isApplied);
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { connectionSecretTemplate: null } });
      await until('the removal', async () => {
        const found = await namespace.secret('crm-connection');
        return found?.values['OPEN_CONNECTORS_TOKEN'] === undefined;
      });
      expect((await namespace.secret('crm-connection'))?.annotations).toEqual({
        'example.com/note': 'of another client',
      });
    });

    test('the connection Secret is written again when it was edited or deleted', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('Secret', 'crm-connection', {
        stringData: { 'element-token': 'forged', extra: 'x' },
      });
      await until('the repair', async () => {
        const values = (await namespace.secret('crm-connection'))?.values;
        return values?.['element-token'] === instance(id)?.token && values?.['extra'] === undefined;
      });
      await namespace.remove('Secret', 'crm-connection');
      await until('the new one', async () => (await namespace.secret('crm-connection')) !== undefined);
    });
  });

  describe('at the remote side', () => {
    test('drift is found by the inventory and corrected', async () => {
      const { namespace, id } = await ready();
      bench.simulator.editInstance(id, {
        name: 'renamed by hand',
        configuration: { 'oauth.callback.url': 'https://x.example.com/' },
      });
      await until('the correction', () => instance(id)?.name === `${namespace.name}-crm`);
      expect(instance(id)?.configuration['oauth.callback.url']).toBe(CALLBACK_URL);
    });

    test('drift is only reported where the policy says so', async () => {
      const { namespace, id } = await ready({ driftPolicy: 'Report' });
      bench.simulator.editInstance(id, { name: 'renamed by hand' });
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'crm',
        'Synced',
        'False',
        'DriftDetected',
      );
      expect(message).toContain('name');
      expect(instance(id)?.name).toBe('renamed by hand');
      bench.simulator.editInstance(id, { name: `${namespace.name}-crm` });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    });

    test('an instance that is not found requires a new code, and is recreated with it', async () => {
      const { namespace, id } = await ready();
      bench.simulator.deleteInstance(id);
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'crm',
        'Authorized',
        'False',
        'AuthorizationRequired',
      );
      expect(message).toContain(`Instance ${id} not found`);
      await namespace.patch('Secret', 'crm-code', {
        stringData: { code: bench.simulator.issueCode({ callbackUrl: CALLBACK_URL }) },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      const recreated = (await namespace.connector('crm')).status?.instance?.id;
      expect(recreated).not.toBe(id);
      const values = (await namespace.secret('crm-connection'))?.values;
      expect(values?.['element-token']).toBe(instance(recreated ?? 0)?.token);
    });

    test('a grant that was revoked asks for a new code, and keeps the instance', async () => {
      const { namespace, id } = await ready();
      bench.simulator.failTokenRefresh(id);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'False');
      await namespace.patch('Secret', 'crm-code', {
        stringData: { code: bench.simulator.issueCode({ callbackUrl: CALLBACK_URL }) },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect((await namespace.connector('crm')).status?.instance?.id).toBe(id);
      expect(instance(id)?.works).toBe(true);
    });
  });

  describe('deletion', () => {
    test('with Orphan leaves the instance without our tags, and the connection Secret without an owner', async () => {
      const { namespace, id } = await ready({ deletionPolicy: 'Orphan' });
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(instance(id)?.tags.filter((tag) => tag.startsWith('k8s-'))).toEqual([]);
      expect((await namespace.secret('crm-connection'))?.owners).toEqual([]);
      bench.simulator.deleteInstance(id);
    });

    test('with Orphan moves the instance to another namespace, with importId and without a consent', async () => {
      const { namespace, id } = await ready({ deletionPolicy: 'Orphan' });
      const token = instance(id)?.token;
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      const target = await bench.namespace('moved');
      await createPrerequisites(bench, target);
      await target.create(connector('crm', { instance: { importId: id } }));
      await target.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect(instance(id)).toMatchObject({ token, works: true });
      expect(instance(id)?.tags).toContain(`k8s-ns-${target.name}`);
      expect((await target.secret('crm-connection'))?.values['element-token']).toBe(token);
      expect((await namespace.secret('crm-connection'))?.values['element-token']).toBe(token);
    });

    test('of what is gone already succeeds', async () => {
      const { namespace, id } = await ready();
      bench.simulator.deleteInstance(id);
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
    });

    test('with abandon lets go without a remote call', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('InfusionsoftConnector', 'crm', {
        metadata: { annotations: { 'openconnectors.dev/abandon': 'moved to another team' } },
      });
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(instance(id)?.tags).toContain(`k8s-ns-${namespace.name}`);
      await until('the account lists the orphan', async () => {
        const { status } = await namespace.account('sap');
        return status?.instances?.orphans?.some((orphan) => orphan.id === id) === true;
      });
      expect((await namespace.events('crm')).map(({ reason }) => reason)).toContain('Abandoned');
      bench.simulator.deleteInstance(id);
    });

    test('of an account waits for the connectors that use it', async () => {
      const { namespace } = await ready();
      await namespace.remove('OpenConnectorsAccount', 'sap');
      const message = await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'InUse');
      expect(message).toContain('crm');
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      await namespace.waitGone('OpenConnectorsAccount', 'sap');
    });
  });

  test('a refresh token works without a browser', async () => {
    const namespace = await bench.namespace('changes');
    await createPrerequisites(bench, namespace, { code: false });
    await namespace.create(
      secret('crm-token', { refresh_token: bench.simulator.issueRefreshToken() }),
      connector('crm', {
        oauth: {
          clientSecretRef: { name: 'crm-oauth' },
          callbackUrl: CALLBACK_URL,
          refreshTokenSecretRef: { name: 'crm-token' },
        },
      }),
    );
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    expect(bench.simulator.ledger.refreshTokensSentTwice()).toEqual([]);
  });
});
