import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

describeControlPlanes('the whole life of a connector', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s', PING_INTERVAL: '2s' } });
  });
  afterAll(() => bench?.stop());

  const instance = (id: number | undefined) =>
    bench.simulator.instances().find((candidate) => candidate.id === id);
  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
    poll(
      async () => ((await holds()) ? true : undefined),
      20_000,
      () => `it did not happen: ${what}`,
    );
  const supplyCode = (namespace: Namespace, name = 'crm-code', clientId?: string) =>
    namespace.patch('Secret', name, {
      stringData: {
        code: bench.simulator.issueCode({
          callbackUrl: CALLBACK_URL,
          ...(clientId !== undefined && { clientId }),
        }),
      },
    });
  async function ready(spec: Readonly<Record<string, unknown>> = {}) {
    const namespace = await bench.namespace('life');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm', spec));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    return { namespace, id: (await namespace.connector('crm')).status?.instance?.id };
  }
  /** The resource goes without its instance, as when a cluster is lost. */
  async function loseResource(namespace: Namespace): Promise<void> {
    await namespace.patch('InfusionsoftConnector', 'crm', {
      metadata: { annotations: { 'openconnectors.dev/abandon': 'the cluster is lost' } },
    });
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
  }
  /** Same account, connector and OAuth client, but an instance that somebody else made. */
  const foreignInstance = (tags: readonly string[] = ['by-hand']) =>
    bench.simulator.addInstance({ connector: 'infusionsoftcrm', name: 'By hand', tags });
  const adopting = (importId: number, name = 'crm') => connector(name, { instance: { importId } });

  describe('moving to infusionsoftrest', () => {
    const rest = {
      connector: 'infusionsoftrest',
      server: null,
      encryptedKeySecretRef: null,
      replacement: { switch: 'Automatic', retainFor: '0s' },
    };

    test('makes the new instance beside the old one, switches, then deletes the old one', async () => {
      const { namespace, id } = await ready();
      const old = instance(id);
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: rest });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False', 'AuthorizationRequired');
      expect(instance(id)?.works).toBe(true);
      expect((await namespace.secret('crm-connection'))?.values['element-token']).toBe(old?.token);

      await supplyCode(namespace);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      await until('the old instance is gone', () => instance(id) === undefined);
      await until(
        'status forgets it',
        async () => (await namespace.connector('crm')).status?.replacing === undefined,
      );
      const [now, ...others] = instancesOf(namespace);
      expect(others).toEqual([]);
      expect(now?.connector).toBe('infusionsoftrest');
      const { status } = await namespace.connector('crm');
      expect(status?.instance?.id).toBe(now?.id);
      expect((await namespace.secret('crm-connection'))?.values['element-token']).toBe(now?.token);
      expect((await namespace.events('crm')).map(({ reason }) => reason)).toContain('LegacyConnector');
    });

    test('taken back before the switch leaves the old one in use and nothing else', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: rest });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False', 'AuthorizationRequired');
      await namespace.patch('InfusionsoftConnector', 'crm', {
        spec: {
          connector: 'infusionsoftcrm',
          server: 'dt123.infusionsoft.com',
          encryptedKeySecretRef: { name: 'crm-key' },
        },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect(instancesOf(namespace).map((made) => made.id)).toEqual([id]);
    });

    test('a deletion in the middle deletes both', async () => {
      const { namespace, id } = await ready();
      bench.simulator.faults.inject({
        match: { method: 'DELETE', path: `/instances/${id}` },
        times: 1,
        fault: { kind: 'status', status: 500 },
      });
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: rest });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False', 'AuthorizationRequired');
      await supplyCode(namespace);
      await until('the switch', async () => (await namespace.connector('crm')).status?.replacing?.id === id);
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(instancesOf(namespace)).toEqual([]);
    });
  });

  describe('rotation', () => {
    test('a new client_id keeps the instance and asks for a consent, while the old connection stays in use', async () => {
      const { namespace, id } = await ready();
      const app = bench.simulator.registerApp();
      await namespace.patch('Secret', 'crm-oauth', {
        stringData: { client_id: app.clientId, client_secret: app.clientSecret },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False', 'AuthorizationRequired');
      expect(instance(id)?.works).toBe(true);
      await supplyCode(namespace, 'crm-code', app.clientId);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect(instancesOf(namespace).map((made) => made.id)).toEqual([id]);
      expect(instance(id)?.configuration['oauth.api.key']).toBe(app.clientId);
      expect(instance(id)?.works).toBe(true);
    });

    test('the connection Secret moves with its name, and carries a new token', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('InfusionsoftConnector', 'crm', {
        spec: { connectionSecretRef: { name: 'renamed' } },
      });
      await until(
        'the old one is gone',
        async () => (await namespace.secret('crm-connection')) === undefined,
      );
      expect((await namespace.secret('renamed'))?.values['element-token']).toBe(instance(id)?.token);
      await until(
        'status names the new one',
        async () => (await namespace.connector('crm')).status?.binding?.name === 'renamed',
      );

      bench.simulator.knobs.tokenRotatesOnReauthorization = true;
      bench.simulator.failTokenRefresh(id ?? 0);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False');
      await supplyCode(namespace);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      bench.simulator.knobs.tokenRotatesOnReauthorization = false;
      expect((await namespace.secret('renamed'))?.values['element-token']).toBe(instance(id)?.token);
    });

    test('new account credentials that do not work leave the old ones in use', async () => {
      const { namespace, id } = await ready();
      await namespace.patch('Secret', 'sap-account', { stringData: { userSecret: 'a-typing-mistake' } });
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'AccountUnauthorized');
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { name: 'Still works' } } });
      await until('the change', () => instance(id)?.name === 'Still works');
    });
  });

  describe('health', () => {
    test('a grant that stopped working is noticed by the regular ping', async () => {
      const { namespace, id } = await ready();
      bench.simulator.revokeGrant(id ?? 0);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False');
      expect(bench.simulator.ledger.count('setEnabled')).toBe(0);
      await supplyCode(namespace);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect((await namespace.connector('crm')).status?.instance?.id).toBe(id);
    });

    test('a reset of the account’s user secret requests no consent', async () => {
      const { namespace } = await ready();
      bench.simulator.rotateUserSecret();
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'AccountUnauthorized');
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'crm',
        'AccountReady',
        'False',
        'AccountUnauthorized',
      );
      expect(message).toContain('sap');
      const authorized = (await namespace.connector('crm')).status?.conditions?.find(
        ({ type }) => type === 'Authorized',
      );
      expect(authorized?.status).toBe('True');
      const { userSecret } = bench.simulator.credentials;
      await namespace.patch('Secret', 'sap-account', { stringData: { userSecret } });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    });
  });

  describe('adoption', () => {
    test('adopts an instance without an owner, and keeps it when the resource is deleted', async () => {
      const found = foreignInstance();
      const namespace = await bench.namespace('life');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(adopting(found.id));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect(instance(found.id)?.tags).toContain(`k8s-ns-${namespace.name}`);
      expect(bench.simulator.ledger.count('createInstance')).toBeGreaterThanOrEqual(0);
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(instance(found.id)?.tags.filter((tag) => tag.startsWith('k8s-'))).toEqual([]);
    });

    test('of two resources for one instance the older one gets it, and the other says which', async () => {
      const found = foreignInstance();
      const namespace = await bench.namespace('life');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(adopting(found.id, 'first'));
      await namespace.waitFor('InfusionsoftConnector', 'first', 'Ready', 'True');
      await namespace.create(adopting(found.id, 'second'));
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'second',
        'Synced',
        'False',
        'ForeignOwner',
      );
      expect(message).toContain('first');
      await namespace.waitFor('InfusionsoftConnector', 'second', 'Stalled', 'True');
    });

    test('a foreign owner is left alone until take-over', async () => {
      const found = foreignInstance(['k8s-cluster-elsewhere', 'k8s-ns-sales', 'k8s-name-crm']);
      const namespace = await bench.namespace('life');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(adopting(found.id));
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'crm',
        'Synced',
        'False',
        'ForeignOwner',
      );
      expect(message).toContain('cluster elsewhere, namespace sales, resource crm');
      expect(instance(found.id)?.tags).toEqual(found.tags);
      await namespace.patch('InfusionsoftConnector', 'crm', {
        metadata: { annotations: { 'openconnectors.dev/take-over': 'true' } },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect(instance(found.id)?.tags).not.toContain('k8s-cluster-elsewhere');
    });

    test('an instance of another connector is refused', async () => {
      const found = bench.simulator.addInstance({
        connector: 'infusionsoftrest',
        name: 'By hand',
        tags: ['x'],
      });
      const namespace = await bench.namespace('life');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(adopting(found.id));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Synced', 'False', 'ConnectorMismatch');
      expect(instance(found.id)?.tags).toEqual(['x']);
    });

    test('a restored backup finds its instance again, without a new consent', async () => {
      const { namespace, id } = await ready();
      const before = await namespace.connector('crm');
      await loseResource(namespace);
      const creates = bench.simulator.ledger.count('createInstance');
      await namespace.create(connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      const after = await namespace.connector('crm');
      expect(after.metadata.uid).not.toBe(before.metadata.uid);
      expect(after.status?.instance?.id).toBe(id);
      expect(instance(id)?.tags).toContain(`k8s-uid-${after.metadata.uid}`);
      expect(instance(id)?.tags).not.toContain(`k8s-uid-${before.metadata.uid}`);
      expect(bench.simulator.ledger.count('createInstance')).toBe(creates);
    });

    test('tags that another client removed are restored', async () => {
      const { namespace, id } = await ready();
      bench.simulator.editInstance(id ?? 0, { tags: [] });
      await until('the tags', () => instance(id)?.tags.includes(`k8s-ns-${namespace.name}`) === true);
    });

    test('a copied owner tag on a second instance is not taken for ours', async () => {
      const { namespace, id } = await ready();
      const tags = instance(id)?.tags.filter((tag) => !tag.startsWith('k8s-uid-')) ?? [];
      const copy = bench.simulator.addInstance({ connector: 'infusionsoftcrm', name: 'copy', tags });
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { name: 'Looked at' } } });
      await until('the change', () => instance(id)?.name === 'Looked at');
      expect(instance(copy.id)?.name).toBe('copy');
      await loseResource(namespace);
      await namespace.create(connector('crm'));
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'crm',
        'Synced',
        'False',
        'AmbiguousOwner',
      );
      expect(message).toContain(String(copy.id));
    });
  });

  test('another organization is not believed, neither for absence nor for deletion', async () => {
    const { namespace, id } = await ready();
    const other = bench.simulator.addOrganization();
    const { userSecret, organizationSecret } = bench.simulator.credentials;
    await namespace.patch('Secret', 'sap-account', {
      stringData: { userSecret: other.userSecret, organizationSecret: other.organizationSecret },
    });
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Synced', 'False', 'AccountChanged');
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.create(secret('probe', { any: 'thing' }));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Synced', 'False', 'AccountChanged');
    expect(instance(id)).toBeDefined();
    await namespace.patch('Secret', 'sap-account', { stringData: { userSecret, organizationSecret } });
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    expect(instance(id)).toBeUndefined();
    expect(newCode(bench.simulator)).not.toBe('');
  });
});
