import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type Application, startApplication } from '../support/applications/application.ts';
import { type PluginProcess, type PluginResult, startPlugin } from '../support/cli/plugin.ts';
import { type ConsentRobot, startConsentRobot } from '../support/consent/robot.ts';
import { createSite, type Site } from '../support/consent/site.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { timeLimit } from '../support/time-limit.ts';
import { type AdoptedOptions, createAdopted } from '../support/workbench/adopted.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { startOperatorProcess } from '../support/workbench/process.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const { ok, interrupted } = cliExitCodes;

/** Number of connectors, and of those in a batch: `MIGRATION_CONNECTORS=200 MIGRATION_BATCH=20` for a large run. */
const SIZE = Number(process.env['MIGRATION_CONNECTORS'] ?? 12);
const BATCH = Number(process.env['MIGRATION_BATCH'] ?? 4);
/** Of the large run, milliseconds. */
const LIMIT = { timeout: timeLimit(120_000 + SIZE * 6_000) };

describeControlPlanes('migrate', (plane) => {
  let bench: Workbench;
  let site: Site;
  let folder = '';
  let running: PluginProcess[] = [];
  const robots: ConsentRobot[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    site = await createSite();
    folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  });
  afterEach(async () => {
    for (const plugin of running) {
      plugin.kill();
    }
    running = [];
    await Promise.all(robots.splice(0).map((robot) => robot.stop()));
  });
  afterAll(async () => {
    await bench?.stop();
    await site?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function start(namespace: Namespace, ...args: string[]): PluginProcess {
    const { KUBECONFIG = '' } = bench.environment();
    const plugin = startPlugin(['migrate', ...args, '-n', namespace.name], { KUBECONFIG, HOME: folder });
    running.push(plugin);
    return plugin;
  }
  const run = (namespace: Namespace, ...args: string[]): Promise<PluginResult> =>
    start(namespace, ...args).ended;

  /** Connectors that have adopted instances of infusionsoftcrm made by hand, all Ready. */
  async function adopted(
    count: number,
    options: AdoptedOptions = {},
  ): Promise<{ namespace: Namespace; names: readonly string[] }> {
    const namespace = await bench.namespace('migrate');
    await createPrerequisites(bench, namespace, { code: false });
    const names = await createAdopted(bench, namespace, count, options);
    for (const name of names) {
      await namespace.waitFor(KIND, name, 'Ready', 'True');
    }
    return { namespace, names };
  }
  /** An application of the first connector, whose old instance is retained for longer than the token is kept. */
  function startClient(namespace: Namespace, keepsForMs: number): Application {
    const client = startApplication({
      simulator: bench.simulator,
      namespace,
      secret: 'crm-001-connection',
      now: () => systemClock.now(),
      keepsForMs,
      intervalMs: 250,
    });
    bench.atStop(() => client.stop());
    return client;
  }
  const elementsOf = async (namespace: Namespace) =>
    (await namespace.connectors()).map(({ spec }) => spec.connector);

  it(
    'migrates all connectors in batches, over a Ctrl-C and a crash of the operator',
    async () => {
      const operator = startOperatorProcess(bench, site.env());
      const { namespace, names } = await adopted(SIZE, {
        spec: { replacement: { switch: 'Automatic', retainFor: '30s' } },
      });

      const clients = [0, 10_000].map((keepsForMs) => startClient(namespace, keepsForMs));

      const plan = await run(namespace);
      expect(plan).toMatchObject({ code: ok.code, stderr: '' });
      expect(plan.stdout).toContain(`Connectors: ${SIZE} to migrate.`);
      expect(new Set(await elementsOf(namespace))).toEqual(new Set(['infusionsoftcrm']));
      expect(bench.simulator.ledger.count('createInstance')).toBe(0);

      const first = start(namespace, '--yes', '--batch', String(BATCH));
      await first.shows(/waits for consent/);
      const robot = startConsentRobot(bench, site, namespace, names);
      robots.push(robot);
      await first.shows(/: migrated\./);
      first.interrupt();
      expect((await first.ended).code).toBe(interrupted.code);
      expect(first.printed()).toContain('Run this command again to continue.');
      const changed = (await elementsOf(namespace)).filter((element) => element === 'infusionsoftrest');
      expect(changed.length).toBeLessThanOrEqual(2 * BATCH);
      expect(changed.length).toBeLessThan(SIZE);

      const second = start(namespace, '--yes', '--batch', String(BATCH), '--timeout', '30m');
      await second.shows(/^Batch 2/m);
      await second.shows(/(: migrated\.[\s\S]*){2}/);
      await operator.kill();
      startOperatorProcess(bench, site.env());
      const { code, stdout } = await second.ended;
      expect(stdout).toContain(`Connectors: ${SIZE} migrated.`);
      expect(code).toBe(ok.code);
      await robot.stop();
      const token = (await namespace.secret(`${names[0]}-connection`))?.values['element-token'];
      await expect.poll(() => clients.map((client) => client.token())).toEqual([token, token]);
      await Promise.all(clients.map((client) => client.stop()));
      expect(clients.map(({ failures }) => failures)).toEqual([[], []]);

      expect(new Set(await elementsOf(namespace))).toEqual(new Set(['infusionsoftrest']));
      for (const name of names) {
        await namespace.waitFor(KIND, name, 'Ready', 'True');
      }
      await expect
        .poll(() => bench.simulator.instances().map((one) => one.connector), { timeout: timeLimit(60_000) })
        .toEqual(names.map(() => 'infusionsoftrest'));
      const inUse = (await namespace.connectors()).map(({ status }) => status?.instance?.id);
      const existing = bench.simulator.instances().map(({ id }) => id);
      expect([...inUse].sort()).toEqual([...existing].sort());
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      expect(robot.given()).toBeGreaterThanOrEqual(SIZE);
    },
    LIMIT.timeout,
  );
});
