import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { account, CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const oauth = {
  clientSecretRef: { name: 'crm-oauth' },
  callbackUrl: CALLBACK_URL,
  authorizationCodeSecretRef: { name: 'crm-code' },
};

/** One way to get it wrong: what is put into the namespace, and what the resource has to say about it. */
interface Case {
  readonly title: string;
  readonly arrange: (namespace: Namespace, bench: Workbench) => Promise<void>;
  readonly type: string;
  readonly reason: string;
  readonly transient: 'Stalled' | 'Reconciling' | 'neither';
  readonly says: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'a Secret that is not there',
    arrange: (namespace) =>
      namespace.create(connector('bad', { encryptedKeySecretRef: { name: 'nowhere' } })),
    type: 'SecretsResolved',
    reason: 'SecretNotFound',
    transient: 'Reconciling',
    says: ['"nowhere"', 'spec.encryptedKeySecretRef', '"encryptedKey"', 'Create it'],
  },
  {
    title: 'a key that the Secret lacks',
    arrange: (namespace) =>
      namespace.create(
        connector('bad', { encryptedKeySecretRef: { name: 'crm-key', key: 'encrypted_key' } }),
      ),
    type: 'SecretsResolved',
    reason: 'SecretKeyMissing',
    transient: 'Stalled',
    says: ['"encrypted_key"', '"crm-key"', 'spec.encryptedKeySecretRef'],
  },
  {
    title: 'an empty value',
    arrange: (namespace) =>
      namespace.create(
        secret('empty', { encryptedKey: '' }),
        connector('bad', { encryptedKeySecretRef: { name: 'empty' } }),
      ),
    type: 'SecretsResolved',
    reason: 'SecretInvalid',
    transient: 'Stalled',
    says: ['"encryptedKey"', '"empty"', 'is empty'],
  },
  {
    title: 'a value that is not text',
    arrange: async (namespace) => {
      await namespace.create(
        { ...secret('binary', {}), data: { encryptedKey: Buffer.from([0xff, 0xfe, 0]).toString('base64') } },
        connector('bad', { encryptedKeySecretRef: { name: 'binary' } }),
      );
    },
    type: 'SecretsResolved',
    reason: 'SecretInvalid',
    transient: 'Stalled',
    says: ['"binary"', 'is not text'],
  },
  {
    title: 'an account that is not there',
    arrange: (namespace) => namespace.create(connector('bad', { accountRef: { name: 'nobody' } })),
    type: 'AccountReady',
    reason: 'AccountNotFound',
    transient: 'Reconciling',
    says: ['"nobody"', 'spec.accountRef'],
  },
  {
    title: 'no account and no default account',
    arrange: (namespace) => namespace.create(connector('bad', { accountRef: undefined })),
    type: 'AccountReady',
    reason: 'AccountNotFound',
    transient: 'Reconciling',
    says: ['spec.accountRef', 'no default account'],
  },
  {
    title: 'a server outside the allow-list',
    arrange: (namespace) => namespace.create(connector('bad', { server: 'dt123.example.com' })),
    type: 'Synced',
    reason: 'ServerNotAllowed',
    transient: 'Stalled',
    says: ['spec.server', 'ALLOWED_SERVERS'],
  },
  {
    title: 'a code that was used before',
    arrange: async (namespace, bench) => {
      const code = newCode(bench.simulator);
      await namespace.create(
        secret('used', { code }),
        connector('first', { oauth: { ...oauth, authorizationCodeSecretRef: { name: 'used' } } }),
      );
      await namespace.waitFor('InfusionsoftConnector', 'first', 'Ready', 'True');
      await namespace.create(
        connector('bad', { oauth: { ...oauth, authorizationCodeSecretRef: { name: 'used' } } }),
      );
    },
    type: 'Authorized',
    reason: 'AuthorizationFailed',
    transient: 'neither',
    says: ['"used"', 'invalid_grant', 'Provide a new code'],
  },
  {
    title: 'neither code nor token',
    arrange: (namespace) =>
      namespace.create(
        connector('bad', { oauth: { clientSecretRef: { name: 'crm-oauth' }, callbackUrl: CALLBACK_URL } }),
      ),
    type: 'Authorized',
    reason: 'AuthorizationRequired',
    transient: 'neither',
    says: ['kubectl openconnectors authorize bad'],
  },
  {
    title: 'a connection Secret that is somebody else’s',
    arrange: (namespace, bench) =>
      namespace.create(
        secret('taken', { precious: 'value' }),
        secret('taken-code', { code: newCode(bench.simulator) }),
        connector('bad', {
          connectionSecretRef: { name: 'taken' },
          oauth: { ...oauth, authorizationCodeSecretRef: { name: 'taken-code' } },
        }),
      ),
    type: 'Ready',
    reason: 'ConnectionSecretConflict',
    transient: 'Stalled',
    says: ['"taken"', 'spec.connectionSecretRef'],
  },
];

/** What a server with CEL refuses at once; one without stores it, and the operator says the same. */
const refused: readonly {
  readonly title: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly says: string;
}[] = [
  {
    title: 'a server with a scheme',
    spec: { server: 'https://dt123.infusionsoft.com' },
    says: 'spec.server',
  },
  { title: 'a tag of the operator', spec: { instance: { tags: ['K8S-mine'] } }, says: 'spec.instance.tags' },
  {
    title: 'a configuration key outside the list',
    spec: { instance: { configuration: { 'oauth.api.secret': 'x' } } },
    says: 'spec.instance.configuration',
  },
  {
    title: 'both ways to authorize at once',
    spec: { oauth: { ...oauth, refreshTokenSecretRef: { name: 'crm-token' } } },
    says: 'spec.oauth',
  },
  {
    title: 'an encrypted key for infusionsoftrest',
    spec: { connector: 'infusionsoftrest', server: undefined },
    says: 'spec.encryptedKeySecretRef',
  },
  {
    title: 'a callback URL without TLS',
    spec: { oauth: { ...oauth, callbackUrl: 'http://connect.example.com/cb' } },
    says: 'spec.oauth.callbackUrl',
  },
];

describeControlPlanes('bad input', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator();
  });
  afterAll(() => bench?.stop());

  describe('on a connector', () => {
    test.each(cases)('$title', async ({ arrange, type, reason, transient, says }) => {
      const namespace = await bench.namespace('bad-input');
      await createPrerequisites(bench, namespace);
      await arrange(namespace, bench);
      const message = await namespace.waitFor('InfusionsoftConnector', 'bad', type, 'False', reason);
      for (const words of says) {
        expect(message).toContain(words);
      }
      const { status } = await namespace.connector('bad');
      const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
      expect([ready?.status, ready?.reason]).toEqual(['False', reason]);
      const present = status?.conditions?.map((condition) => condition.type) ?? [];
      expect(present.filter((name) => ['Stalled', 'Reconciling'].includes(name))).toEqual(
        transient === 'neither' ? [] : [transient],
      );
    });

    test('leaves a Secret of another owner as it is', async () => {
      const namespace = await bench.namespace('bad-input');
      await createPrerequisites(bench, namespace);
      await namespace.create(
        secret('taken', { precious: 'value' }),
        connector('bad', { connectionSecretRef: { name: 'taken' } }),
      );
      await namespace.waitFor('InfusionsoftConnector', 'bad', 'Ready', 'False', 'ConnectionSecretConflict');
      expect((await namespace.secret('taken'))?.values).toEqual({ precious: 'value' });
    });

    test.each(refused)('$title is refused, by the server or in the status', async ({ spec, says }) => {
      const namespace = await bench.namespace('bad-input');
      await createPrerequisites(bench, namespace);
      const before = bench.simulator.ledger.count('createInstance');
      try {
        await namespace.create(connector('bad', spec));
      } catch (error) {
        expect(String(error)).toContain('422');
        expect(String(error)).toContain(says);
        return;
      }
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'bad',
        'Ready',
        'False',
        'InvalidSpec',
      );
      expect(message).toContain(says);
      await namespace.waitFor('InfusionsoftConnector', 'bad', 'Stalled', 'True', 'InvalidSpec');
      expect(bench.simulator.ledger.count('createInstance')).toBe(before);
      await namespace.remove('InfusionsoftConnector', 'bad');
      await namespace.waitGone('InfusionsoftConnector', 'bad');
    });

    test('delays no other connector, and recovers when the Secret is corrected', async () => {
      const namespace = await bench.namespace('bad-input');
      await createPrerequisites(bench, namespace);
      await namespace.create(
        connector('bad', {
          encryptedKeySecretRef: { name: 'late' },
          oauth: { ...oauth, authorizationCodeSecretRef: { name: 'bad-code' } },
        }),
        connector('good'),
      );
      await namespace.waitFor('InfusionsoftConnector', 'good', 'Ready', 'True');
      await namespace.waitFor('InfusionsoftConnector', 'bad', 'SecretsResolved', 'False', 'SecretNotFound');
      await namespace.create(
        secret('late', { encryptedKey: 'arrived-at-last' }),
        secret('bad-code', { code: newCode(bench.simulator) }),
      );
      await namespace.waitFor('InfusionsoftConnector', 'bad', 'Ready', 'True');
    });
  });

  describe('on an account', () => {
    const accounts: readonly {
      readonly title: string;
      readonly arrange: (namespace: Namespace, bench: Workbench) => Promise<void>;
      readonly reason: string;
      readonly says: readonly string[];
    }[] = [
      {
        title: 'credentials that are refused',
        arrange: (namespace, { simulator }) =>
          namespace.create(
            secret('sap-account', { userSecret: 'wrong', organizationSecret: 'wrong too' }),
            account('sap', simulator.baseUrl),
          ),
        reason: 'AccountUnauthorized',
        says: ['Account "sap"', '"sap-account"'],
      },
      {
        title: 'a host outside the allow-list',
        arrange: (namespace, { simulator }) =>
          namespace.create(
            secret('sap-account', { userSecret: simulator.credentials.userSecret, organizationSecret: 'x' }),
            account('sap', 'https://api.example.com'),
          ),
        reason: 'HostNotAllowed',
        says: ['api.example.com', 'ALLOWED_HOSTS'],
      },
      {
        title: 'a missing Secret',
        arrange: (namespace, { simulator }) => namespace.create(account('sap', simulator.baseUrl)),
        reason: 'SecretNotFound',
        says: ['"sap-account"', 'spec.credentialsSecretRef'],
      },
      {
        title: 'a missing key',
        arrange: (namespace, { simulator }) =>
          namespace.create(secret('sap-account', { userSecret: 'x' }), account('sap', simulator.baseUrl)),
        reason: 'SecretKeyMissing',
        says: ['"sap-account"', '"organizationSecret"'],
      },
    ];
    test.each(accounts)('$title', async ({ arrange, reason, says }) => {
      const namespace = await bench.namespace('bad-input');
      await arrange(namespace, bench);
      const message = await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', reason);
      for (const words of says) {
        expect(message).toContain(words);
      }
    });

    test('is not asked again until its Secret changes', async () => {
      const namespace = await bench.namespace('bad-input');
      await namespace.create(
        secret('sap-account', { userSecret: 'wrong', organizationSecret: 'wrong too' }),
        account('sap', bench.simulator.baseUrl),
      );
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Stalled', 'True', 'AccountUnauthorized');
      const asked = bench.simulator.ledger.count('readOrganization');
      await namespace.create(connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'AccountReady', 'False', 'AccountUnauthorized');
      expect(bench.simulator.ledger.count('readOrganization')).toBe(asked);

      const { userSecret, organizationSecret } = bench.simulator.credentials;
      await namespace.patch('Secret', 'sap-account', { stringData: { userSecret, organizationSecret } });
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
      await namespace.create(
        secret('crm-key', { encryptedKey: 'k3y-k3y-k3y' }),
        secret('crm-oauth', {
          client_id: bench.simulator.app.clientId,
          client_secret: bench.simulator.app.clientSecret,
        }),
        secret('crm-code', { code: newCode(bench.simulator) }),
      );
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    });

    test.each([
      ['http', 'http://localhost:1'],
      ['user info', 'https://user:pass@api.openconnectors.us2.ext.hana.ondemand.com'],
      ['an IP literal', 'https://127.0.0.1'],
    ])('a base URL with %s is refused, by the server or in the status', async (_title, baseUrl) => {
      const namespace = await bench.namespace('bad-input');
      try {
        await namespace.create(account('sap', baseUrl));
      } catch (error) {
        expect(String(error)).toContain('422');
        expect(String(error)).toContain('spec.baseUrl');
        return;
      }
      const message = await namespace.waitFor(
        'OpenConnectorsAccount',
        'sap',
        'Ready',
        'False',
        'InvalidSpec',
      );
      expect(message).toContain('spec.baseUrl');
      expect(message).not.toContain('pass');
    });
  });
});
