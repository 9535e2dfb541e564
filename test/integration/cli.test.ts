import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorizePath } from 'open-connectors-simulator/handlers/consent.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { type PluginProcess, type PluginResult, startPlugin } from '../support/cli/plugin.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const ENCRYPTED_KEY = 'f6d2a8b1c9e04735aa61';
const { ok, usage, userAction, failure } = cliExitCodes;

describeControlPlanes('the kubectl plugin', (plane) => {
  let bench: Workbench;
  let folder = '';
  let running: PluginProcess[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    folder = await mkdtemp(join(tmpdir(), 'cli-'));
    const { userSecret, organizationSecret } = bench.simulator.credentials;
    await writeFile(join(folder, 'userSecret'), userSecret);
    await writeFile(join(folder, 'organizationSecret'), organizationSecret);
    await bench.startOperator({
      env: {
        DEFAULT_ACCOUNT_URL: bench.simulator.baseUrl,
        DEFAULT_ACCOUNT_SECRET_DIR: folder,
        DEFAULT_ACCOUNT_NAMESPACES: '*',
      },
    });
  });
  beforeEach(() => bench.simulator.faults.clear());
  afterEach(() => {
    for (const plugin of running) {
      plugin.kill();
    }
    running = [];
  });
  afterAll(async () => {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (namespace: Namespace, ...args: string[]): PluginProcess => {
    const { KUBECONFIG = '' } = bench.environment();
    const plugin = startPlugin([...args, '-n', namespace.name], {
      KUBECONFIG,
      HOME: folder,
      XDG_STATE_HOME: join(folder, 'state'),
    });
    running.push(plugin);
    return plugin;
  };
  const run = (namespace: Namespace, ...args: string[]): Promise<PluginResult> =>
    start(namespace, ...args).ended;
  const authorize = (namespace: Namespace, ...args: string[]): PluginProcess =>
    start(
      namespace,
      ...['authorize', 'crm', '--timeout', '300s'],
      ...['--authorize-url', new URL(authorizePath, bench.simulator.baseUrl).href],
      ...args,
    );

  /** A connector that requires a consent. */
  async function awaitingConsent(spec: Readonly<Record<string, unknown>> = {}): Promise<Namespace> {
    const namespace = await bench.namespace('cli');
    await createPrerequisites(bench, namespace, { code: false });
    await namespace.create(connector('crm', spec));
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationRequired');
    return namespace;
  }
  const authorizeUrlIn = async (plugin: PluginProcess): Promise<string> =>
    (await plugin.shows(/^(https:\/\/\S+state=\S+)\n(?:.*\n)*.*paste it here/m))[1] ?? '';
  /** The user: opens the authorize URL, allows or denies, and returns the redirect URL. */
  async function consent(plugin: PluginProcess, approve = true): Promise<string> {
    return bench.simulator.consent(await authorizeUrlIn(plugin), { approve });
  }
  const partOf = (address: string, name: string): string => {
    const value = new URL(address).searchParams.get(name) ?? '';
    expect(value.length).toBeGreaterThan(8);
    return value;
  };
  /** No secret was printed, and the state only in the authorize URL. */
  async function expectNothingSecret(namespace: Namespace, plugin: PluginProcess, redirected: string) {
    const address = await authorizeUrlIn(plugin);
    const rest = plugin.printed().replace(address, '');
    const { credentials, app } = bench.simulator;
    const secrets = {
      state: partOf(redirected, 'state'),
      ...(redirected.includes('code=') && { code: partOf(redirected, 'code') }),
      userSecret: credentials.userSecret,
      organizationSecret: credentials.organizationSecret,
      clientSecret: app.clientSecret,
      encryptedKey: ENCRYPTED_KEY,
      token: (await namespace.secret('crm-connection'))?.values['element-token'] ?? 'no token yet',
    };
    for (const [what, value] of Object.entries(secrets)) {
      for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')]) {
        expect(rest, what).not.toContain(form);
      }
    }
    expect(address).not.toContain(app.clientSecret);
  }

  describe('authorize', () => {
    it('makes a connector Ready that requires a consent', async () => {
      const namespace = await awaitingConsent();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      if (process.platform === 'linux') {
        const proc = `/proc/${plugin.pid}`;
        expect(readFileSync(`${proc}/cmdline`, 'utf8')).not.toContain(partOf(redirected, 'state'));
        expect(readFileSync(`${proc}/task/${plugin.pid}/children`, 'utf8')).toBe('');
      }
      plugin.enter(redirected);
      const { code, stdout, stderr } = await plugin.ended;
      expect({ code, stderr }).toEqual({ code: ok.code, stderr: '' });
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect((await namespace.secret('crm-code'))?.values).toEqual({ code: partOf(redirected, 'code') });
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      await expectNothingSecret(namespace, plugin, redirected);
      const shown = stdout
        .replace(await authorizeUrlIn(plugin), '<authorize URL>')
        .replaceAll(namespace.name, '<namespace>')
        .replaceAll(String(bench.simulator.port), '<port>')
        .replace(/( +Cluster +).*/, '$1<cluster>')
        .replace(bench.simulator.app.clientId, '<client id>')
        .replaceAll(/^ {2}\w+(=| removed).*\n/gm, '');
      expect(shown).toMatchInlineSnapshot(`
        "Connector crm (infusionsoftcrm) in namespace <namespace> requests access to an Infusionsoft account.

          Cluster        <cluster>
          Data           all contacts, orders and other data of dt123.infusionsoft.com (scope "full", read and write)
          Recipients     SAP Open Connectors at localhost:<port> (account sap, organization Example), and every application that can read Secret "crm-connection" in namespace <namespace>
          OAuth app      <client id>
          Callback URL   https://connect.example.com/oauth/callback

        Open this URL (host localhost:<port>) in a browser, sign in, choose dt123.infusionsoft.com and press "Allow":

        <authorize URL>

        The browser is redirected to https://connect.example.com/oauth/callback. Ignore the content of that page.
        Copy the full URL from the address bar, paste it here and press Enter:
        Stored the code in Secret "crm-code", key "code" (created).
        Waiting up to 5m for connector crm to become Ready.
        Connector crm is Ready. Connection Secret: crm-connection
        "
      `);
      expect(stdout).toMatch(/^ {2}Ready=True \(Succeeded\): /m);
      const spec = (await namespace.connector('crm')).spec;
      expect(spec.oauth.authorizationCodeSecretRef).toEqual({ name: 'crm-code' });
    });

    it('waits until a new connector and its account are reconciled', async () => {
      const namespace = await bench.namespace('cli');
      await namespace.create(connector('crm'));
      const plugin = authorize(namespace);
      await plugin.shows(/Waiting for the operator to reconcile/);
      await createPrerequisites(bench, namespace, { code: false });
      plugin.enter(await consent(plugin));
      expect((await plugin.ended).code).toBe(ok.code);
    });

    it('reports a denial, and stores nothing', async () => {
      const namespace = await awaitingConsent();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin, false);
      plugin.enter(redirected);
      const { code, stderr } = await plugin.ended;
      expect(code).toBe(userAction.code);
      expect(stderr).toContain('Access was denied');
      expect(stderr).toContain(`kubectl openconnectors authorize crm -n ${namespace.name}`);
      expect(await namespace.exists('Secret', 'crm-code')).toBe(false);
      await expectNothingSecret(namespace, plugin, redirected);
    });

    it('rejects the URL of another consent, then accepts the right one', async () => {
      const namespace = await awaitingConsent();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      const foreign = new URL(redirected);
      foreign.searchParams.set('state', 'A'.repeat(43));
      foreign.searchParams.set('code', 'code-of-another-user');
      const denied = `${CALLBACK_URL}?error=access_denied&state=${'A'.repeat(43)}`;
      for (const [line, message] of [
        [foreign.href, /belongs to another consent/],
        [denied, /belongs to another consent/],
        ['https://example.com/', /Not the callback URL/],
        [partOf(redirected, 'code'), /Not a URL/],
      ] as const) {
        plugin.enter(line);
        await plugin.shows(message);
      }
      expect(await namespace.exists('Secret', 'crm-code')).toBe(false);
      plugin.enter(`  "${redirected}"`);
      const { code, stderr } = await plugin.ended;
      expect(code).toBe(ok.code);
      expect(stderr.match(/another consent/g)).toHaveLength(2);
      await expectNothingSecret(namespace, plugin, redirected);
      expect(plugin.printed()).not.toContain('another-user');
    });

    it('updates only the key of the code in an existing Secret', async () => {
      const namespace = await bench.namespace('cli');
      await createPrerequisites(bench, namespace);
      await namespace.patch('Secret', 'crm-code', {
        stringData: { code: 'an old and useless code', note: 'mine' },
      });
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationFailed');
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      plugin.enter(redirected);
      expect((await plugin.ended).code).toBe(ok.code);
      expect((await namespace.secret('crm-code'))?.values).toEqual({
        code: partOf(redirected, 'code'),
        note: 'mine',
      });
      expect(plugin.printed()).toContain('Stored the code in Secret "crm-code", key "code" (updated).');
    });

    it('reports why a code was refused, also for the same reason twice', async () => {
      const namespace = await awaitingConsent();
      for (const time of ['first', 'second']) {
        bench.simulator.faults.inject({
          match: { operation: 'createInstance' },
          fault: { kind: 'status', status: 400 },
        });
        const plugin = authorize(namespace);
        const redirected = await consent(plugin);
        plugin.enter(redirected);
        const { code, stderr } = await plugin.ended;
        expect({ time, code }).toEqual({ time, code: userAction.code });
        expect(stderr).toContain('Connector "crm" is not Ready (AuthorizationFailed).');
        expect(stderr).toContain('What to do: Compare client_id');
        await expectNothingSecret(namespace, plugin, redirected);
      }
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });

    it('does not store a code after the connector changed', async () => {
      const namespace = await awaitingConsent();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      await namespace.patch(KIND, 'crm', { spec: { server: 'other.infusionsoft.com' } });
      plugin.enter(redirected);
      const { code, stderr } = await plugin.ended;
      expect(code).toBe(userAction.code);
      expect(stderr).toContain('changed during the consent');
      expect(await namespace.exists('Secret', 'crm-code')).toBe(false);
    });

    it('completes a consent in a later run, once', async () => {
      const namespace = await awaitingConsent();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      plugin.closeInput();
      const first = await plugin.ended;
      expect(first.code).toBe(userAction.code);
      expect(first.stderr).toContain('--redirected-url');

      const foreign = redirected.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`);
      const wrong = await authorize(namespace, '--redirected-url', foreign).ended;
      expect(wrong).toMatchObject({ code: usage.code, stdout: '' });
      expect(wrong.stderr).toContain('another consent');

      const second = authorize(namespace, '--redirected-url', redirected);
      expect((await second.ended).code).toBe(ok.code);
      expect(second.printed()).not.toContain(partOf(redirected, 'code'));
      expect(second.printed()).not.toContain(partOf(redirected, 'state'));

      await namespace.remove(KIND, 'crm');
      await namespace.waitGone(KIND, 'crm');
      await namespace.remove('Secret', 'crm-code');
      await namespace.create(connector('crm'));
      const again = await authorize(namespace, '--redirected-url', redirected).ended;
      expect(again.code).toBe(userAction.code);
      expect(again.stderr).toContain('No pending consent for this connector');
    });

    it('prints how to reference a Secret, and never changes the spec', async () => {
      const namespace = await awaitingConsent({
        oauth: { clientSecretRef: { name: 'crm-oauth' }, callbackUrl: CALLBACK_URL },
      });
      const refused = await run(namespace, 'authorize', 'crm');
      expect(refused).toMatchObject({ code: userAction.code, stdout: '' });
      expect(refused.stderr.replaceAll(namespace.name, '<namespace>')).toMatchInlineSnapshot(`
        "spec.oauth.authorizationCodeSecretRef is not set on connector "crm".
        To authorize it from the command line, reference a Secret (it need not exist), and run this command again:
          kubectl patch ifc crm -n <namespace> --type merge -p '{"spec":{"oauth":{"authorizationCodeSecretRef":{"name":"crm-code"}}}}'
        Or store the code first, and reference the Secret when prompted:
          kubectl openconnectors authorize crm -n <namespace> --secret crm-code
        "
      `);

      const plugin = authorize(namespace, '--secret', 'given');
      const redirected = await consent(plugin);
      plugin.enter(redirected);
      const [, patch = ''] = await plugin.shows(/kubectl patch ifc crm -n \S+ --type merge -p '(.+)'\n/);
      expect((await namespace.connector('crm')).spec.oauth.authorizationCodeSecretRef).toBeUndefined();
      expect((await namespace.secret('given'))?.values).toEqual({ code: partOf(redirected, 'code') });
      await namespace.patch(KIND, 'crm', JSON.parse(patch));
      expect((await plugin.ended).code).toBe(ok.code);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      await expectNothingSecret(namespace, plugin, redirected);
    });

    it("builds the provider's URL without a call of Open Connectors, also with the default account", async () => {
      for (const spec of [{}, { accountRef: undefined }]) {
        const namespace = await awaitingConsent(spec);
        const calls = bench.simulator.ledger.count('createOauthUrl');
        const plugin = start(namespace, 'authorize', 'crm', '--timeout', '300s');
        const address = new URL(await authorizeUrlIn(plugin));
        expect(address.origin + address.pathname).toBe(
          'https://accounts.infusionsoft.com/app/oauth/authorize',
        );
        expect(plugin.printed()).toContain(
          'accountRef' in spec ? "the operator's default account" : 'account sap',
        );
        expect(bench.simulator.ledger.count('createOauthUrl')).toBe(calls);
        const simulated = new URL(authorizePath, bench.simulator.baseUrl);
        simulated.search = address.search;
        plugin.enter(await bench.simulator.consent(simulated.href, { approve: true }));
        expect((await plugin.ended).code).toBe(ok.code);
      }
    });

    it('rejects a grant of another tenant, then accepts the right one', async () => {
      const namespace = await awaitingConsent();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      plugin.enter(`${redirected}&scope=full%7Chl214.infusionsoft.com`);
      await plugin.shows(/another Infusionsoft account/);
      expect(await namespace.exists('Secret', 'crm-code')).toBe(false);
      plugin.enter(`${redirected}&scope=full%7Cdt123.infusionsoft.com`);
      expect((await plugin.ended).code).toBe(ok.code);
    });

    it('needs the Secret of the OAuth app, and not that of the account', async (context) => {
      const { faults } = plane;
      if (faults === undefined) {
        context.skip(`${plane.name} injects no faults`);
        return;
      }
      const namespace = await awaitingConsent();
      const refusal = faults.inject(
        { verb: 'get', resource: 'secrets', namespace: namespace.name, name: 'sap-account' },
        { kind: 'respond', status: 403 },
      );
      const plugin = authorize(namespace);
      expect(await authorizeUrlIn(plugin)).toContain(authorizePath);
      refusal.remove();
      faults.inject(
        { verb: 'get', resource: 'secrets', namespace: namespace.name, name: 'crm-oauth' },
        { kind: 'respond', status: 403 },
        { times: 1 },
      );
      const { code, stderr } = await authorize(namespace).ended;
      expect(code).toBe(failure.code);
      expect(stderr).toContain('Forbidden: cannot get Secret "crm-oauth"');
    });

    it('ends without a consent for a connector that is Ready', async () => {
      const namespace = await bench.namespace('cli');
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const { code, stdout } = await run(namespace, 'authorize', 'crm');
      expect(code).toBe(ok.code);
      expect(stdout).toContain('already authorized');
      expect(stdout).toContain('openconnectors.dev/reauthorize-at');
    });

    it('reports a suspended connector instead of a consent', async () => {
      const namespace = await awaitingConsent({ suspend: false });
      await namespace.patch(KIND, 'crm', { spec: { suspend: true } });
      const { code, stderr } = await run(namespace, 'authorize', 'crm');
      expect(code).toBe(userAction.code);
      expect(stderr).toContain('spec.suspend');
    });

    it('refuses a connector that is only observed, before it shows or requests anything', async () => {
      const namespace = await bench.namespace('cli');
      await namespace.create(
        connector('crm', {
          managementPolicy: 'Observe',
          oauth: { clientSecretRef: { name: 'crm-oauth' }, callbackUrl: CALLBACK_URL },
        }),
      );
      const { code, stdout, stderr } = await run(namespace, 'authorize', 'crm', '--secret', 'crm-code');
      expect({ code, stdout, stderr }).toEqual({
        code: userAction.code,
        stdout: '',
        stderr:
          'Connector "crm" is only observed (spec.managementPolicy), so the operator changes nothing. Set spec.managementPolicy to "Manage".\nThen run this command again.\n',
      });
    });

    it('reports a connector that does not exist', async () => {
      const namespace = await bench.namespace('cli');
      const { code, stderr } = await run(namespace, 'authorize', 'crm');
      expect({ code, stderr }).toEqual({
        code: failure.code,
        stderr: `InfusionsoftConnector "crm" not found in namespace "${namespace.name}".\n`,
      });
    });

    it('times out where the connector makes no progress', async () => {
      const namespace = await bench.namespace('cli');
      await namespace.create(connector('crm', { accountRef: { name: 'nowhere' } }));
      const { code } = await run(namespace, 'authorize', 'crm', '--timeout', '1s');
      expect(code).toBe(cliExitCodes.timeout.code);
    });
  });

  describe('status, explain and orphans', () => {
    let namespace: Namespace;
    beforeAll(async () => {
      namespace = await awaitingConsent();
      await namespace.create(
        secret('done-code', { code: newCode(bench.simulator) }),
        connector('done', {
          oauth: {
            clientSecretRef: { name: 'crm-oauth' },
            callbackUrl: CALLBACK_URL,
            authorizationCodeSecretRef: { name: 'done-code' },
          },
        }),
      );
      await namespace.waitFor(KIND, 'done', 'Ready', 'True');
    });

    /** Without names, ports and times of this run. */
    async function stable(result: PluginResult): Promise<string> {
      const { status } = await namespace.connector('done');
      const message = (await namespace.connector('crm')).status?.conditions?.[0]?.message ?? '';
      return result.stdout
        .replaceAll(message, '<message>')
        .replaceAll(namespace.name, '<namespace>')
        .replaceAll(String(status?.instance?.id), '<id>')
        .replaceAll(String(bench.simulator.port), '<port>')
        .replaceAll(/organization \d+/g, 'organization <id>')
        .replaceAll(/\b\d+[smh]\b/g, '<age>')
        .replaceAll(/ {2,}/g, '  ');
    }

    it('shows the status of all connectors as a table', async () => {
      const shown = await run(namespace, 'status');
      expect(shown).toMatchObject({ code: ok.code, stderr: '' });
      expect(await stable(shown)).toMatchInlineSnapshot(`
        "NAME  READY  REASON  INSTANCE  ACCOUNT  AUTHORIZED  CHANGED  NEXT RETRY
        crm  False  AuthorizationRequired  -  sap  False  <age> ago  -
        done  True  Succeeded  <id>  sap  True  <age> ago  -
        "
      `);
      const everywhere = await run(namespace, 'status', '-A');
      expect(everywhere.stdout).toMatch(new RegExp(`^${namespace.name} +crm +False`, 'm'));
    });

    it('shows the status of one connector', async () => {
      expect(await stable(await run(namespace, 'status', 'done'))).toMatchInlineSnapshot(`
        "Connector done in namespace <namespace>
          Ready  True (Succeeded) for <age>
          Message  Instance <id> is authorized and up to date.
          Instance  <id> "<namespace>-done" (infusionsoftcrm)
          Account  sap (organization <id> at localhost:<port>)
          Authorization  authorized <age> ago
          Connection  Secret "done-connection"
          Last transition  <age> ago (Ready=True)
          Next retry  -
        "
      `);
      expect(await stable(await run(namespace, 'status', 'crm'))).toMatchInlineSnapshot(`
        "Connector crm in namespace <namespace>
          Ready  False (AuthorizationRequired) for <age>
          Message  <message>
          Instance  none
          Account  sap
          Authorization  not authorized (AuthorizationRequired)
          Connection  Secret "crm-connection" (not created yet)
          Last transition  <age> ago (Ready=False)
          Next retry  -

        Next step: kubectl openconnectors authorize crm -n <namespace>
        "
      `);
    });

    it('explains the conditions of a connector', async () => {
      expect(await stable(await run(namespace, 'explain', 'crm'))).toMatchInlineSnapshot(`
        "Connector crm in namespace <namespace> is not Ready: AuthorizationRequired
          Meaning  The connector waits for OAuth consent, which a user gives once in a browser. (AuthorizationRequired)
          Message  <message>
          What to do  Open status.authorization.startUrl with the code in the Secret status.authorization.codeSecretName. Without a start URL, run: kubectl openconnectors authorize <name>.
          Operator  The operator waits for a user.
          Command  kubectl openconnectors authorize crm -n <namespace>

        Conditions:
          SecretsResolved True  All required Secrets and keys exist. (SecretsResolved)
          AccountReady True  The credentials of the account are valid. (AccountReady)
          Authorized False  The connector waits for OAuth consent, which a user gives once in a browser. (AuthorizationRequired)
          Synced Unknown  The operator reconciles the resource, or has not checked this condition yet. (Progressing)
        "
      `);
      expect(await stable(await run(namespace, 'explain', 'done'))).toMatch(
        /^Connector done .* is Ready: Succeeded/,
      );
    });

    it('lists orphaned instances', async () => {
      const { stdout, code } = await run(namespace, 'orphans', 'sap');
      expect(code).toBe(ok.code);
      expect(stdout).toMatch(/^Account sap in namespace \S+: \d+ instances? managed, \d+ orphaned/);
      expect((await run(namespace, 'orphans', 'absent')).stderr).toBe(
        `OpenConnectorsAccount "absent" not found in namespace "${namespace.name}".\n`,
      );
    });

    it('prints no secret', async () => {
      const { credentials, app } = bench.simulator;
      const token = (await namespace.secret('done-connection'))?.values['element-token'] ?? '';
      expect(token.length).toBeGreaterThan(8);
      for (const args of [['status'], ['status', 'done'], ['explain', 'done'], ['orphans']]) {
        const { stdout, stderr } = await run(namespace, ...args);
        for (const value of [
          credentials.userSecret,
          credentials.organizationSecret,
          app.clientSecret,
          token,
        ]) {
          expect(`${stdout}${stderr}`).not.toContain(value);
        }
      }
    });
  });
});
