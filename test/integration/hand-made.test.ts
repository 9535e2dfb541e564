import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ANNOTATIONS } from '../../src/api/group.ts';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { isOperatorTag } from '../../src/ownership/owner-tags.ts';
import { type Application, startApplication } from '../support/applications/application.ts';
import { type PluginProcess, type PluginResult, runOnAccount, startPlugin } from '../support/cli/plugin.ts';
import { type ConsentRobot, startConsentRobot } from '../support/consent/robot.ts';
import { createSite, type Site } from '../support/consent/site.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { shiftedClock } from '../support/shifted-clock.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { secret } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const NAME = 'by-hand';
const CONNECTION = `${NAME}-connection`;
const { ok, changesPlanned } = cliExitCodes;
/** How long one of the applications keeps its token. */
const KEEP_MS = 90_000;
/** The default of `spec.replacement.retainFor`. */
const RETENTION_MS = 86_400_000;

describeControlPlanes('an instance made by hand', (plane) => {
  let bench: Workbench;
  let site: Site;
  let folder = '';
  const clock = shiftedClock();
  const applications: Application[] = [];
  const robots: ConsentRobot[] = [];
  const plugins: PluginProcess[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    site = await createSite();
    folder = await mkdtemp(join(tmpdir(), 'hand-made-'));
    await bench.startOperator({ env: { ...site.env(), INVENTORY_INTERVAL: '1s' }, clock });
  });
  const stopApplications = () => Promise.all(applications.splice(0).map((application) => application.stop()));
  afterEach(async () => {
    for (const plugin of plugins.splice(0)) {
      plugin.kill();
    }
    await stopApplications();
    await Promise.all(robots.splice(0).map((robot) => robot.stop()));
  });
  afterAll(async () => {
    await bench?.stop();
    await site?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const instance = (id: number | undefined) => bench.simulator.instances().find((found) => found.id === id);
  const statusOf = async (namespace: Namespace) => (await namespace.connector(NAME)).status;
  const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
    poll(
      async () => ((await holds()) ? true : undefined),
      30_000,
      () => `it did not happen: ${what}`,
    );
  /** Runs a command that calls Open Connectors. */
  const onAccount = (namespace: Namespace, ...args: string[]): Promise<PluginResult> =>
    runOnAccount(bench, namespace, folder, args);
  const startMigrate = (namespace: Namespace, ...args: string[]): PluginProcess => {
    const { KUBECONFIG = '' } = bench.environment();
    const all = ['migrate', NAME, ...args, '-n', namespace.name];
    const plugin = startPlugin(all, { KUBECONFIG, HOME: folder });
    plugins.push(plugin);
    return plugin;
  };
  const migrate = (namespace: Namespace, ...args: string[]): Promise<PluginResult> =>
    startMigrate(namespace, ...args).ended;
  /** An application with the token of the console until the connection Secret exists. */
  const start = (namespace: Namespace, token: string, keepsForMs: number): Application => {
    const application = startApplication({
      simulator: bench.simulator,
      namespace: {
        secret: async (name) => (await namespace.secret(name)) ?? { values: { 'element-token': token } },
      },
      secret: CONNECTION,
      now: clock.now,
      keepsForMs,
    });
    applications.push(application);
    return application;
  };
  /** Waits until the applications call with `token`, and go on. */
  const called = async (token: string | undefined, ...by: readonly Application[]): Promise<void> => {
    for (const application of by) {
      await until('the application calls with the token', () => application.token() === token);
      const from = application.calls();
      await until('the application goes on', () => application.calls() > from + 3);
    }
  };
  /** Calls of Open Connectors that are no reads. */
  const externalWrites = () =>
    bench.simulator.ledger
      .entries(({ area, method }) => area === 'api' && method !== 'GET')
      .map(({ operation, path }) => `${operation} ${path}`);

  it('is imported, planned, adopted, migrated and switched without a failed call', async () => {
    const namespace = await bench.namespace('hand-made');
    await createPrerequisites(bench, namespace, { code: false });
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    const old = bench.simulator.addInstance({
      connector: 'infusionsoftcrm',
      name: 'By hand',
      tags: [],
      configuration: { 'oauth.callback.url': site.callbackUrl },
    });
    const [keeps, follows] = [start(namespace, old.token, KEEP_MS), start(namespace, old.token, 0)];
    await called(old.token, keeps, follows);
    const output: string[] = [];
    const show = ({ code, stdout, stderr }: PluginResult) => {
      output.push(stdout);
      return { code, stderr };
    };

    // Import: the files name everything but the Secrets' values.
    const listed = await onAccount(namespace, 'import');
    expect(show(listed)).toEqual({ code: ok.code, stderr: '' });
    expect(listed.stdout).toMatch(new RegExp(`^${old.id} +infusionsoftcrm +By hand +- +yes`, 'm'));
    const target = join(folder, namespace.name);
    const written = await onAccount(namespace, 'import', String(old.id), '--output-dir', target);
    expect(show(written)).toEqual({ code: ok.code, stderr: '' });
    expect(written.stdout).toContain(`then run: kubectl apply -k ${target}\n`);
    const text = await readFile(join(target, `${NAME}.yaml`), 'utf8');
    output.push(text);
    await namespace.create(
      secret(`${NAME}-oauth`, {
        client_id: bench.simulator.app.clientId,
        client_secret: bench.simulator.app.clientSecret,
      }),
      secret(`${NAME}-key`, { encryptedKey: 'f6d2a8b1c9e04735aa61' }),
      ...parseAllDocuments(text).map((document) => document.toJS()),
    );

    // Observe: the status and the command show the same plan, and nobody writes.
    await namespace.waitFor(KIND, NAME, 'Synced', 'False', 'ChangesPlanned');
    const plan = (await statusOf(namespace))?.plan;
    expect(plan).toEqual([
      { action: 'Update', target: `instance ${old.id}`, fields: ['tags'] },
      expect.objectContaining({ action: 'Create', target: `Secret "${CONNECTION}"` }),
    ]);
    const planned = await onAccount(namespace, 'plan', NAME, '-o', 'json');
    expect(show(planned)).toEqual({ code: changesPlanned.code, stderr: '' });
    expect(JSON.parse(planned.stdout)).toEqual({ items: [{ namespace: namespace.name, name: NAME, plan }] });
    expect(externalWrites()).toEqual([]);
    expect(instance(old.id)).toEqual(old);

    // Adoption: one write, of the tags.
    await namespace.patch(KIND, NAME, { spec: { managementPolicy: 'Manage' } });
    await namespace.waitFor(KIND, NAME, 'Synced', 'True');
    expect(externalWrites()).toEqual([`patchInstance /instances/${old.id}`]);
    const adopted = instance(old.id);
    expect(adopted).toEqual({ ...old, tags: adopted?.tags });
    expect(adopted?.tags.every(isOperatorTag)).toBe(true);
    await called(old.token, keeps, follows);
    expect((await namespace.secret(CONNECTION))?.values).toMatchObject({
      'element-token': old.token,
      element: 'infusionsoftcrm',
    });

    // Migration: the new instance is authorized beside the old one.
    const dryRun = await migrate(namespace);
    expect(show(dryRun)).toEqual({ code: ok.code, stderr: '' });
    expect(dryRun.stdout).toContain('connector: infusionsoftrest; remove encryptedKeySecretRef');
    const command = `kubectl openconnectors migrate ${NAME} -n ${namespace.name}`;
    expect(dryRun.stdout).toContain(`To migrate, run: ${command} --yes\n`);
    expect((await namespace.connector(NAME)).spec.connector).toBe('infusionsoftcrm');
    const migrating = startMigrate(namespace, '--yes');
    await migrating.shows(/: waits for consent .* Open https:/);
    await called(old.token, keeps, follows);
    robots.push(startConsentRobot(bench, site, namespace, [NAME]));
    const migrated = await migrating.ended;
    expect(show(migrated)).toEqual({ code: ok.code, stderr: '' });
    expect(migrated.stdout).toContain('Connectors: 1 migrated.');
    expect(migrated.stdout).toContain(`To switch, run: ${command} --switch --yes\n`);
    const next = instance((await statusOf(namespace))?.next?.id);
    expect(next?.connector).toBe('infusionsoftrest');
    await called(old.token, keeps, follows);

    // Switch: who follows the Secret calls the new instance, who keeps the old token goes on with it.
    const switched = await migrate(namespace, '--switch', '--yes');
    expect(show(switched)).toEqual({ code: ok.code, stderr: '' });
    expect(switched.stdout).toContain('Connectors: 1 switched.');
    await called(next?.token, follows);
    await called(old.token, keeps);
    clock.shift(KEEP_MS);
    await called(next?.token, keeps, follows);

    // End of the retention: the instance made by hand remains, without tags.
    clock.shift(RETENTION_MS);
    await namespace.patch(KIND, NAME, { metadata: { annotations: { [ANNOTATIONS.reconcileAt]: 'now' } } });
    await until(
      'the old instance is released',
      async () => (await statusOf(namespace))?.replacing === undefined,
    );
    expect(instance(old.id)).toMatchObject({ tags: [], works: true, configuration: old.configuration });
    await namespace.waitFor(KIND, NAME, 'Ready', 'True', 'Succeeded');
    await called(next?.token, keeps, follows);

    await stopApplications();
    expect([keeps.failures, follows.failures]).toEqual([[], []]);
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    for (const value of [old.token, next?.token ?? '', ...Object.values(bench.simulator.credentials)]) {
      expect(output.join('\n')).not.toContain(value);
    }
  });
});
