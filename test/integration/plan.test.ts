import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { type PluginResult, runOnAccount } from '../support/cli/plugin.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector, secret } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

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
    expect(await namespace.exists('InfusionsoftConnector', 'crm')).toBe(false);
  });

  it('ends with 0 for a connector that is Ready', async () => {
    const namespace = await bench.namespace('plan');
    await createPrerequisites(bench, namespace);
    const operator = await bench.startOperator();
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
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

  it('refuses a connector that does not exist', async () => {
    const namespace = await bench.namespace('plan');
    await namespace.create(secret('unrelated', { a: 'b' }));
    const { code, stderr } = await run(namespace, 'crm');
    expect(code).not.toBe(ok.code);
    expect(stderr).toContain('"crm"');
  });
});
