import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { type PluginResult, runOnAccount } from '../support/cli/plugin.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { secret } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const { ok, userAction } = cliExitCodes;

describeControlPlanes('import', (plane) => {
  let bench: Workbench;
  let folder = '';
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    folder = await mkdtemp(join(tmpdir(), 'import-'));
  });
  afterAll(async () => {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (namespace: Namespace, ...args: string[]): Promise<PluginResult> =>
    runOnAccount(bench, namespace, folder, ['import', ...args]);

  it('writes connectors that adopt the instances, and whose adoption writes tags only', async () => {
    const namespace = await bench.namespace('import');
    await createPrerequisites(bench, namespace);
    const crm = bench.simulator.addInstance({
      connector: 'infusionsoftcrm',
      name: 'By hand',
      tags: ['team-a'],
    });
    const rest = bench.simulator.addInstance({
      connector: 'infusionsoftrest',
      name: 'Other',
      tags: ['team-b'],
    });

    const table = await run(namespace);
    expect(table).toMatchObject({ code: ok.code, stderr: '' });
    expect(table.stdout).toMatch(new RegExp(`^${crm.id} +infusionsoftcrm +By hand +team-a +yes`, 'm'));
    expect(table.stdout).toMatch(new RegExp(`^${rest.id} +infusionsoftrest +Other +team-b +yes`, 'm'));

    const target = join(folder, 'connectors');
    const written = await run(namespace, '--tag', 'team-a', '--output-dir', target);
    expect(written).toMatchObject({ code: ok.code, stderr: '' });
    expect((await readdir(target)).sort()).toEqual(['by-hand.yaml', 'kustomization.yaml']);
    const text = await readFile(join(target, 'by-hand.yaml'), 'utf8');
    for (const value of [crm.token, ...Object.values(bench.simulator.credentials)]) {
      expect(`${text}${table.stdout}`).not.toContain(value);
    }
    const again = await run(namespace, '--tag', 'team-a', '--output-dir', target);
    expect(again.stderr).toContain('exists already');

    const writes = () =>
      bench.simulator.ledger.entries(({ operation }) =>
        ['createInstance', 'replaceInstance', 'patchInstance', 'deleteInstance'].includes(operation),
      );
    const before = bench.simulator.instances().find(({ id }) => id === crm.id);
    bench.simulator.ledger.reset();
    const operator = await bench.startOperator();
    for (const document of parseAllDocuments(text)) {
      await namespace.create(document.toJS());
    }
    await namespace.waitFor(KIND, 'by-hand', 'Synced', 'False', 'ChangesPlanned');
    expect(writes()).toEqual([]);

    await namespace.create(
      secret('by-hand-oauth', {
        client_id: bench.simulator.app.clientId,
        client_secret: bench.simulator.app.clientSecret,
      }),
      secret('by-hand-key', { encryptedKey: 'f6d2a8b1c9e04735aa61' }),
    );
    await expect
      .poll(async () => (await namespace.connector('by-hand')).status?.plan)
      .toEqual([
        expect.objectContaining({ action: 'Update', target: `instance ${crm.id}`, fields: ['tags'] }),
        expect.objectContaining({ action: 'Create', target: 'Secret "by-hand-connection"' }),
      ]);
    await namespace.patch(KIND, 'by-hand', { spec: { managementPolicy: 'Manage' } });
    await namespace.waitFor(KIND, 'by-hand', 'Ready', 'True');
    const after = bench.simulator.instances().find(({ id }) => id === crm.id);
    expect(after).toEqual({ ...before, tags: after?.tags });
    expect(after?.tags).toContain('team-a');
    expect(writes().map(({ operation }) => operation)).toEqual(['patchInstance']);
    await operator.stop();

    const later = await run(namespace, String(crm.id), String(rest.id));
    expect(later.code).toBe(userAction.code);
    expect(later.stderr).toContain(`Skipped instance ${crm.id}: an operator manages it.`);
    expect(later.stdout).toContain(`importId: ${rest.id}`);
  });

  it('says that the namespace has no account', async () => {
    const namespace = await bench.namespace('import');
    const { code, stderr } = await run(namespace);
    expect(code).toBe(cliExitCodes.usage.code);
    expect(stderr).toContain('has no accounts');
  });
});
