import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CONNECTOR_NAMES } from '../../src/api/group.ts';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { MIGRATED_FROM } from '../../src/cli/migrate/changes/migrated-from.ts';
import { type PluginProcess, type PluginResult, startPlugin } from '../support/cli/plugin.ts';
import { type ConsentRobot, startConsentRobot } from '../support/consent/robot.ts';
import { createSite, type Site } from '../support/consent/site.ts';
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

const KIND = CONNECTOR_NAMES.kind;
const { ok, userAction, timeout } = cliExitCodes;

describeControlPlanes('migrate of one connector', (plane) => {
  let bench: Workbench;
  let site: Site;
  let folder = '';
  const robots: ConsentRobot[] = [];
  const plugins: PluginProcess[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    site = await createSite();
    folder = await mkdtemp(join(tmpdir(), 'migrate-command-'));
    await bench.startOperator({ env: site.env() });
  });
  afterEach(async () => {
    for (const plugin of plugins.splice(0)) {
      plugin.kill();
    }
    await Promise.all(robots.splice(0).map((robot) => robot.stop()));
  });
  afterAll(async () => {
    await bench?.stop();
    await site?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (namespace: Namespace, ...args: string[]): PluginProcess => {
    const { KUBECONFIG = '' } = bench.environment();
    const plugin = startPlugin(['migrate', ...args, '-n', namespace.name], { KUBECONFIG, HOME: folder });
    plugins.push(plugin);
    return plugin;
  };
  const migrate = (namespace: Namespace, ...args: string[]): Promise<PluginResult> =>
    start(namespace, ...args).ended;
  const consentIn = (namespace: Namespace): void => {
    robots.push(startConsentRobot(bench, site, namespace, ['crm']));
  };
  const instance = (id: number | undefined) => bench.simulator.instances().find((found) => found.id === id);
  const statusOf = async (namespace: Namespace) => (await namespace.connector('crm')).status;
  const tokenOf = async (namespace: Namespace, name = 'crm-connection') =>
    (await namespace.secret(name))?.values['element-token'];

  /** A connector that is Ready with an adopted instance of infusionsoftcrm. */
  async function adopted(
    metadata: Readonly<Record<string, unknown>> = {},
    oauth: Readonly<Record<string, unknown>> = {},
  ) {
    const namespace = await bench.namespace('migrate');
    await createPrerequisites(bench, namespace, { code: false });
    const old = bench.simulator.addInstance({
      connector: 'infusionsoftcrm',
      name: 'crm',
      tags: [],
      configuration: { 'oauth.callback.url': CALLBACK_URL },
    });
    await namespace.create(
      connector(
        'crm',
        {
          oauth: { clientSecretRef: { name: 'crm-oauth' }, ...oauth },
          instance: { importId: old.id, name: 'crm' },
          deletionPolicy: 'Delete',
        },
        metadata,
      ),
    );
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    return { namespace, old };
  }

  /** A connector whose authorized new instance waits for the switch. */
  async function migrated() {
    const { namespace, old } = await adopted();
    consentIn(namespace);
    const result = await migrate(namespace, '--yes');
    expect(result).toMatchObject({ code: ok.code, stderr: '' });
    expect(result.stdout).toContain('Connectors: 1 migrated.');
    const next = instance((await statusOf(namespace))?.next?.id);
    if (next === undefined) {
      throw new Error('migrated without a new instance');
    }
    return { namespace, old, next };
  }

  it('moves the connection Secret with --switch, and back with --rollback', async () => {
    const { namespace, old, next } = await migrated();
    const dryRun = await migrate(namespace, '--switch');
    expect(dryRun).toMatchObject({ code: ok.code, stderr: '' });
    expect(dryRun.stdout).toContain(`Secret crm-connection: instance ${next.id}`);
    expect(dryRun.stdout).toContain('Dry run: nothing was changed.');
    expect(await tokenOf(namespace)).toBe(old.token);

    const switched = await migrate(namespace, '--switch', '--yes');
    expect(switched).toMatchObject({ code: ok.code, stderr: '' });
    expect(switched.stdout).toContain(`${namespace.name}/crm: switched.`);
    expect(await tokenOf(namespace)).toBe(next.token);
    expect(await statusOf(namespace)).toMatchObject({ instance: { id: next.id }, replacing: { id: old.id } });

    const back = await migrate(namespace, 'crm', '--switch', '--rollback', '--yes');
    expect(back).toMatchObject({ code: ok.code, stderr: '' });
    expect(back.stdout).toContain(`${namespace.name}/crm: switched back.`);
    expect(await tokenOf(namespace)).toBe(old.token);
    expect(await tokenOf(namespace, 'crm-connection-next')).toBe(next.token);

    const again = await migrate(namespace, '--switch', '--yes', '-o', 'json');
    expect(again.code).toBe(ok.code);
    expect(JSON.parse(again.stdout)).toMatchObject({
      change: 'switch',
      dryRun: false,
      end: 'finished',
      connectors: [{ namespace: namespace.name, name: 'crm', result: 'done' }],
    });
    expect(again.stderr).toContain(`${namespace.name}/crm: switched.`);
    expect(await tokenOf(namespace)).toBe(next.token);
    expect([instance(old.id)?.works, instance(next.id)?.works]).toEqual([true, true]);
  });

  it('restores the connector with --rollback before the switch', async () => {
    const { namespace, old, next } = await migrated();
    const before = await namespace.connector('crm');
    expect(before.spec.encryptedKeySecretRef).toBeUndefined();
    expect(before.metadata.annotations?.[MIGRATED_FROM]).toBe('{"encryptedKeySecretRef":{"name":"crm-key"}}');

    const result = await migrate(namespace, 'crm', '--rollback', '--yes');
    expect(result).toMatchObject({ code: ok.code, stderr: '' });
    expect(result.stdout).toContain(`${namespace.name}/crm: rolled back.`);
    const after = await namespace.connector('crm');
    expect(after.spec).toMatchObject({
      connector: 'infusionsoftcrm',
      encryptedKeySecretRef: { name: 'crm-key' },
    });
    expect(after.metadata.annotations?.[MIGRATED_FROM]).toBeUndefined();
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    await poll(
      async () => (instance(next.id) === undefined ? true : undefined),
      30_000,
      () => 'the new instance was not released',
    );
    expect(await tokenOf(namespace)).toBe(old.token);
    expect(await namespace.secret('crm-connection-next')).toBeUndefined();
    expect(instance(old.id)?.works).toBe(true);
  });

  it('writes patches for Git with --output, and changes nothing', async () => {
    const { namespace } = await adopted({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } });
    const before = await namespace.connector('crm');
    const refused = await migrate(namespace, '--yes');
    expect(refused.code).toBe(userAction.code);
    expect(refused.stdout).toContain('is managed by Flux Kustomization "apps"');

    const target = join(folder, namespace.name);
    const written = await migrate(namespace, '--output', target);
    expect(written).toMatchObject({ code: ok.code, stderr: '' });
    const file = `${namespace.name}.crm.yaml`;
    expect((await readdir(target)).sort()).toEqual([file, 'kustomization.yaml'].sort());
    expect(parse(await readFile(join(target, 'kustomization.yaml'), 'utf8'))).toMatchObject({
      kind: 'Component',
      patches: [{ path: file }],
    });
    const { spec, metadata } = await namespace.connector('crm');
    expect([spec, metadata.annotations]).toEqual([before.spec, before.metadata.annotations]);

    const patch = parse(await readFile(join(target, file), 'utf8'));
    await namespace.patch(KIND, 'crm', patch);
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationRequired');
    consentIn(namespace);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'SwitchPending');
    expect((await namespace.connector('crm')).metadata.annotations).toHaveProperty([MIGRATED_FROM]);
  });

  it('names the command for the consent where the callback URL is not that of the operator', async () => {
    const { namespace } = await adopted(
      {},
      { callbackUrl: CALLBACK_URL, authorizationCodeSecretRef: { name: 'crm-code' } },
    );
    const migrating = start(namespace, '--yes');
    await migrating.shows(
      new RegExp(`: waits for consent .* Run: kubectl openconnectors authorize crm -n ${namespace.name}\n`),
    );
    await namespace.create(secret('crm-code', { code: newCode(bench.simulator) }));
    const { code, stdout } = await migrating.ended;
    expect(code).toBe(ok.code);
    expect(stdout).toContain('Connectors: 1 migrated.');
  });

  it('ends after --timeout without a consent, and a later run continues', async () => {
    const { namespace, old } = await adopted();
    const first = await migrate(namespace, '--yes', '--timeout', '3s');
    expect(first.code).toBe(timeout.code);
    expect(first.stdout).toContain('Connectors: 1 waiting.');
    expect(first.stdout).toContain('Run this command again to continue.');
    expect(await tokenOf(namespace)).toBe(old.token);

    consentIn(namespace);
    const second = await migrate(namespace, '--yes');
    expect(second).toMatchObject({ code: ok.code, stderr: '' });
    expect(second.stdout).toContain('Connectors: 1 migrated.');
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
  });
});
