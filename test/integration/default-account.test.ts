import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector, secret } from '../support/workbench/manifests.ts';
import { newCode, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

describeControlPlanes('the operator’s default account', (plane) => {
  let bench: Workbench;
  let folder: string;
  let served: Namespace;
  let other: Namespace;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    folder = await mkdtemp(join(tmpdir(), 'default-account-'));
    const { userSecret, organizationSecret } = bench.simulator.credentials;
    await writeFile(join(folder, 'userSecret'), `${userSecret}\n`);
    await writeFile(join(folder, 'organizationSecret'), organizationSecret);
    served = await bench.namespace('default-account');
    other = await bench.namespace('default-account');
    await bench.startOperator({
      env: {
        DEFAULT_ACCOUNT_URL: bench.simulator.baseUrl,
        DEFAULT_ACCOUNT_SECRET_DIR: folder,
        DEFAULT_ACCOUNT_NAMESPACES: served.name,
      },
    });
    await served.create(
      secret('crm-key', { encryptedKey: 'a-key-of-the-team' }),
      secret('crm-oauth', {
        client_id: bench.simulator.app.clientId,
        client_secret: bench.simulator.app.clientSecret,
      }),
      secret('crm-code', { code: newCode(bench.simulator) }),
    );
  });
  afterAll(async () => {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('serves connectors without accountRef', async () => {
    await served.create(connector('crm', { accountRef: undefined }));
    await served.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    expect((await served.connector('crm')).status?.instance?.account?.uid).toBe('default');
    const values = (await served.secret('crm-connection'))?.values ?? {};
    expect(Object.keys(values).sort()).toEqual([
      'element',
      'element-token',
      'host',
      'provider',
      'type',
      'uri',
    ]);
    await served.remove('InfusionsoftConnector', 'crm');
    await served.waitGone('InfusionsoftConnector', 'crm');
    expect(bench.simulator.instances()).toEqual([]);
  });

  test('is only for the namespaces that it is given to', async () => {
    await other.create(connector('crm', { accountRef: undefined }));
    const message = await other.waitFor(
      'InfusionsoftConnector',
      'crm',
      'AccountReady',
      'False',
      'AccountNotFound',
    );
    expect(message).toContain('spec.accountRef');
  });

  test.each([
    ['includeAccountCredentials', { includeAccountCredentials: true }, {}, 'spec.includeAccountCredentials'],
    ['importId', { instance: { importId: 4711 } }, {}, 'spec.instance.importId'],
    [
      'take-over',
      {},
      { annotations: { 'openconnectors.dev/take-over': 'true' } },
      'openconnectors.dev/take-over',
    ],
  ])('refuses %s, which reaches what belongs to others', async (title, spec, metadata, says) => {
    const name = `bad-${title.toLowerCase()}`;
    const before = bench.simulator.ledger.count('createInstance');
    await served.create(connector(name, { accountRef: undefined, ...spec }, metadata));
    const message = await served.waitFor(
      'InfusionsoftConnector',
      name,
      'AccountReady',
      'False',
      'NotAllowedWithDefaultAccount',
    );
    expect(message).toContain(says);
    await served.waitFor('InfusionsoftConnector', name, 'Stalled', 'True');
    expect(bench.simulator.ledger.count('createInstance')).toBe(before);
  });
});
