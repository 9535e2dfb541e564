import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { type PluginResult, runOnAccount } from '../support/cli/plugin.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { timeLimit } from '../support/time-limit.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector, secret } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const { ok, changesPlanned } = cliExitCodes;

const planSchema = z.object({
  items: z.array(z.looseObject({ plan: z.array(z.looseObject({ action: z.string(), target: z.string() })) })),
});

describeControlPlanes('plan', (plane) => {
  let bench: Workbench;
  let folder = '';
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    folder = await mkdtemp(join(tmpdir(), 'plan-'));
  });
  afterAll(async () => {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (namespace: Namespace, ...args: string[]): Promise<PluginResult> =>
    runOnAccount(bench, namespace, folder, ['plan', ...args]);

  /** Calls of Open Connectors that are no reads. */
  const externalWrites = () => bench.simulator.ledger.entries(({ method }) => method !== 'GET');

  it('shows a creation with exit code 5, and makes no write anywhere', async () => {
    const namespace = await bench.namespace('plan');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    const from = plane.ledger?.entries.length ?? 0;

    const result = await run(namespace, 'crm');

    expect(result.stderr).toBe('');
    expect(result.code).toBe(changesPlanned.code);
    expect(result.stdout).toMatch(/^ {2}\+ Create /m);
    expect(externalWrites()).toEqual([]);
    const verbs = plane.ledger?.entries.slice(from).map(({ method }) => method) ?? ['GET'];
    expect(new Set(verbs)).toEqual(new Set(['GET']));
    expect(result.stdout).not.toContain(bench.simulator.app.clientSecret);
  });

  it('shows the same for a manifest that was not applied, as JSON', async () => {
    const namespace = await bench.namespace('plan');
    await createPrerequisites(bench, namespace);
    const file = join(folder, 'crm.json');
    const manifest = connector('crm');
    await writeFile(
      file,
      JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, namespace: namespace.name } }),
    );

    const result = await run(namespace, '-f', file, '-o', 'json');

    expect(result.code).toBe(changesPlanned.code);
    const [planned] = planSchema.parse(JSON.parse(result.stdout)).items;
    expect(planned?.plan.map(({ action }) => action)).toContain('Create');
    expect(await namespace.exists(KIND, 'crm')).toBe(false);
  });

  it('ends with 0 for a connector that is Ready', async () => {
    const namespace = await bench.namespace('plan');
    await createPrerequisites(bench, namespace);
    const operator = await bench.startOperator();
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    await operator.stop();

    expect(await run(namespace, 'crm')).toMatchObject({ code: ok.code, stderr: '' });
  });

  it('names what a user has to provide', async () => {
    const namespace = await bench.namespace('plan');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm', { encryptedKeySecretRef: { name: 'missing' } }));

    const result = await run(namespace, 'crm');

    expect(result.code).toBe(changesPlanned.code);
    expect(result.stdout).toContain('missing');
  });

  describe('a connector that is only observed', () => {
    /** Waits for a reconcile that began after the call. */
    async function reconciled(namespace: Namespace, name: string, value: string): Promise<void> {
      const annotations = { 'openconnectors.dev/reconcile-at': value };
      await namespace.patch(KIND, name, { metadata: { annotations } });
      await expect
        .poll(async () => (await namespace.connector(name)).status, { timeout: timeLimit(30_000) })
        .toMatchObject({ lastHandledReconcileAt: value });
    }

    /** Creates it where it does not exist, edits it and its Secrets, changes the instance, deletes it. */
    async function live(namespace: Namespace, spec: Readonly<Record<string, unknown>>, id?: number) {
      if (!(await namespace.exists(KIND, 'crm'))) {
        await namespace.create(connector('crm', { ...spec, managementPolicy: 'Observe' }));
      }
      await reconciled(namespace, 'crm', 'created');
      const plans = [(await namespace.connector('crm')).status?.plan];
      await namespace.patch(KIND, 'crm', {
        spec: { instance: { tags: ['edited'] }, driftPolicy: 'Correct' },
      });
      await reconciled(namespace, 'crm', 'edited');
      plans.push((await namespace.connector('crm')).status?.plan);
      await namespace.patch('Secret', 'crm-key', { stringData: { encryptedKey: 'changed-key-0001' } });
      await namespace.patch('Secret', 'crm-oauth', { stringData: { client_secret: 'changed-secret-0001' } });
      await reconciled(namespace, 'crm', 'Secrets changed');
      if (id !== undefined) {
        bench.simulator.editInstance(id, { name: 'renamed by hand' });
      }
      await namespace.patch(KIND, 'crm', {
        metadata: { annotations: { 'openconnectors.dev/reauthorize-at': 'now' } },
      });
      await reconciled(namespace, 'crm', 'instance changed');
      plans.push((await namespace.connector('crm')).status?.plan);
      await namespace.remove(KIND, 'crm');
      await namespace.waitGone(KIND, 'crm');
      return plans;
    }

    const stateOf = (id: number | undefined) => bench.simulator.instances().find((one) => one.id === id);

    it.each<[string, () => Promise<{ spec: Readonly<Record<string, unknown>>; id?: number }>]>([
      ['without an instance', async () => ({ spec: {} })],
      [
        'with the instance of importId',
        async () => {
          const { id } = bench.simulator.addInstance({
            connector: 'infusionsoftcrm',
            name: 'By hand',
            tags: ['by-hand'],
          });
          return { spec: { instance: { importId: id }, connectionSecretRef: { name: 'crm-mine' } }, id };
        },
      ],
    ])('causes no write at Open Connectors over its whole life: %s', async (_case, prepare) => {
      const namespace = await bench.namespace('observe');
      await createPrerequisites(bench, namespace);
      const { spec, id } = await prepare();
      const operator = await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s' } });
      const before = stateOf(id);
      bench.simulator.ledger.reset();

      const plans = await live(namespace, spec, id);
      await operator.stop();

      expect(plans.every((plan) => (plan ?? []).length > 0)).toBe(true);
      expect(externalWrites()).toEqual([]);
      expect(bench.simulator.ledger.entries().length).toBeGreaterThan(0);
      expect(stateOf(id)).toEqual(before && { ...before, name: 'renamed by hand' });
    });

    it('causes no write after the operator has managed it, and its deletion leaves the instance', async () => {
      const namespace = await bench.namespace('observe');
      await createPrerequisites(bench, namespace);
      const operator = await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s' } });
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const id = (await namespace.connector('crm')).status?.instance?.id;
      const before = stateOf(id);
      expect(before).toBeDefined();
      await namespace.patch(KIND, 'crm', { spec: { managementPolicy: 'Observe' } });
      await reconciled(namespace, 'crm', 'observed');
      bench.simulator.ledger.reset();

      await live(namespace, {}, id);
      await operator.stop();

      expect(externalWrites()).toEqual([]);
      expect(stateOf(id)).toEqual(before && { ...before, name: 'renamed by hand' });
    });
  });

  it('refuses a connector that does not exist', async () => {
    const namespace = await bench.namespace('plan');
    await namespace.create(secret('unrelated', { a: 'b' }));
    const { code, stderr } = await run(namespace, 'crm');
    expect(code).not.toBe(ok.code);
    expect(stderr).toContain('"crm"');
  });
});
