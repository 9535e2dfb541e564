import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authorizePath } from '../../packages/open-connectors-simulator/src/handlers/consent.ts';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { type PluginProcess, type PluginResult, startPlugin } from '../support/cli/plugin.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import { furnish, newCode, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const ENCRYPTED_KEY = 'f6d2a8b1c9e04735aa61';
const { ok, usage, person, failure } = cliExitCodes;

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
      ...['--ca-file', bench.environment()['CA_FILE'] ?? ''],
      ...['--allow-host', `localhost:${bench.simulator.port}`],
      ...args,
    );

  /** A connector that waits for a person. */
  async function asking(spec: Readonly<Record<string, unknown>> = {}): Promise<Namespace> {
    const namespace = await bench.namespace('cli');
    await furnish(bench, namespace, { code: false });
    await namespace.create(connector('crm', spec));
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationRequired');
    return namespace;
  }
  const addressIn = async (plugin: PluginProcess): Promise<string> =>
    (await plugin.shows(/^(https:\/\/\S+state=\S+)\n(?:.*\n)*.*paste it here/m))[1] ?? '';
  /** The person: opens the address, answers, and gives the address where the browser ends. */
  async function consent(plugin: PluginProcess, approve = true): Promise<string> {
    return bench.simulator.consent(await addressIn(plugin), { approve });
  }
  const partOf = (address: string, name: string): string => {
    const value = new URL(address).searchParams.get(name) ?? '';
    expect(value.length).toBeGreaterThan(8);
    return value;
  };
  /** Nothing that is worth anything to others was printed; the state only as part of the address to open. */
  async function expectNothingSecret(namespace: Namespace, plugin: PluginProcess, redirected: string) {
    const address = await addressIn(plugin);
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
    test('leads from a connector that waits to one that is Ready', async () => {
      const namespace = await asking();
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
        .replace(await addressIn(plugin), '<address>')
        .replaceAll(namespace.name, '<namespace>')
        .replaceAll(String(bench.simulator.port), '<port>')
        .replace(/( +Cluster +).*/, '$1<cluster>')
        .replace(bench.simulator.app.clientId, '<client id>')
        .replaceAll(/^ {2}\w+ is .*\n/gm, '');
      expect(shown).toMatchInlineSnapshot(`
        "Connector crm (infusionsoftcrm) in namespace <namespace> asks for access to an Infusionsoft account.

          Cluster        <cluster>
          Data of        dt123.infusionsoft.com: all contacts, orders and other data that it lets applications read and write (scope "full")
          goes to        SAP Open Connectors at localhost:<port>, account sap (organization Example), and to every application that may read Secret "crm-connection" in namespace <namespace>
          by OAuth app   <client id>
          back at        https://connect.example.com/oauth/callback

        Open this address in a browser (it leads to localhost:<port>), sign in, choose dt123.infusionsoft.com, and press "Allow":

        <address>

        The browser is sent to https://connect.example.com/oauth/callback then. It does not matter what it shows there.
        Copy the whole address from its address bar, paste it here, and press Enter:
        Access is allowed. The code is in Secret "crm-code", key "code" (created).
        Waiting up to 5m for connector crm to become Ready.
        Done. Applications find the connection in Secret "crm-connection".
        "
      `);
      expect(stdout).toMatch(/^ {2}Ready is True \(Succeeded\)\./m);
      const spec = (await namespace.connector('crm')).spec;
      expect(spec.oauth.authorizationCodeSecretRef).toEqual({ name: 'crm-code' });
    });

    test('waits for a connector that nobody has looked at yet, and for its account', async () => {
      const namespace = await bench.namespace('cli');
      await namespace.create(connector('crm'));
      const plugin = authorize(namespace);
      await plugin.shows(/Waiting for the operator/);
      await furnish(bench, namespace, { code: false });
      plugin.enter(await consent(plugin));
      expect((await plugin.ended).code).toBe(ok.code);
    });

    test('says plainly that access was denied, and stores nothing', async () => {
      const namespace = await asking();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin, false);
      plugin.enter(redirected);
      const { code, stderr } = await plugin.ended;
      expect(code).toBe(person.code);
      expect(stderr).toContain('Access was denied');
      expect(stderr).toContain(`kubectl openconnectors authorize crm -n ${namespace.name}`);
      expect(await namespace.exists('Secret', 'crm-code')).toBe(false);
      await expectNothingSecret(namespace, plugin, redirected);
    });

    test('does not believe an address of another consent, and takes the right one after it', async () => {
      const namespace = await asking();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      const foreign = new URL(redirected);
      foreign.searchParams.set('state', 'A'.repeat(43));
      foreign.searchParams.set('code', 'a-code-of-somebody-else');
      const denied = `${CALLBACK_URL}?error=access_denied&state=${'A'.repeat(43)}`;
      for (const [line, message] of [
        [foreign.href, /belongs to another consent/],
        [denied, /belongs to another consent/],
        ['https://example.com/', /has to begin with the callback URL/],
        [partOf(redirected, 'code'), /is not an address/],
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
      expect(plugin.printed()).not.toContain('somebody-else');
    });

    test('replaces the key in a Secret that is there, and nothing else', async () => {
      const namespace = await bench.namespace('cli');
      await furnish(bench, namespace);
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
      expect(plugin.printed()).toContain('The code is in Secret "crm-code", key "code" (replaced).');
    });

    test('tells why a code was refused, also when it is the same as the time before', async () => {
      const namespace = await asking();
      for (const time of ['first', 'second']) {
        bench.simulator.faults.inject({
          match: { operation: 'createInstance' },
          fault: { kind: 'status', status: 400 },
        });
        const plugin = authorize(namespace);
        const redirected = await consent(plugin);
        plugin.enter(redirected);
        const { code, stderr } = await plugin.ended;
        expect({ time, code }).toEqual({ time, code: person.code });
        expect(stderr).toContain('Connector crm is not Ready (AuthorizationFailed).');
        expect(stderr).toContain('What to do: Compare client_id');
        await expectNothingSecret(namespace, plugin, redirected);
      }
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });

    test('does not use a code when the connector was changed in between', async () => {
      const namespace = await asking();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      await namespace.patch(KIND, 'crm', { spec: { server: 'other.infusionsoft.com' } });
      plugin.enter(redirected);
      const { code, stderr } = await plugin.ended;
      expect(code).toBe(person.code);
      expect(stderr).toContain('asks for something else now');
      expect(await namespace.exists('Secret', 'crm-code')).toBe(false);
    });

    test('can be finished by a later run, once', async () => {
      const namespace = await asking();
      const plugin = authorize(namespace);
      const redirected = await consent(plugin);
      plugin.closeInput();
      const first = await plugin.ended;
      expect(first.code).toBe(person.code);
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
      expect(again.code).toBe(person.code);
      expect(again.stderr).toContain('No consent for this connector was begun here');
    });

    test('explains what to add where the spec names no Secret, and never edits it', async () => {
      const namespace = await asking({
        oauth: { clientSecretRef: { name: 'crm-oauth' }, callbackUrl: CALLBACK_URL },
      });
      const refused = await run(namespace, 'authorize', 'crm');
      expect(refused).toMatchObject({ code: person.code, stdout: '' });
      expect(refused.stderr.replaceAll(namespace.name, '<namespace>')).toMatchInlineSnapshot(`
        "The spec of connector "crm" names no Secret for an authorization code, so that there is no place to put one.
        To allow access from the command line, let the spec name a Secret, which need not exist yet, and run this command again:
          kubectl patch ifc crm -n <namespace> --type merge -p '{"spec":{"oauth":{"authorizationCodeSecretRef":{"name":"crm-code"}}}}'
        Or let this command store the code first, and change the spec when it says so:
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

    test('uses the documented address with the default account, and says so', async () => {
      const namespace = await asking({ accountRef: undefined });
      const asked = bench.simulator.ledger.count('createOauthUrl');
      const plugin = authorize(namespace);
      const address = new URL(await addressIn(plugin));
      expect(address.origin + address.pathname).toBe('https://accounts.infusionsoft.com/app/oauth/authorize');
      expect(plugin.printed()).toContain("the operator's default account");
      expect(bench.simulator.ledger.count('createOauthUrl')).toBe(asked);
      const simulated = new URL(authorizePath, bench.simulator.baseUrl);
      simulated.search = address.search;
      plugin.enter(await bench.simulator.consent(simulated.href, { approve: true }));
      expect((await plugin.ended).code).toBe(ok.code);
    });

    test('sends no secret to a host that nobody allowed', async () => {
      const namespace = await asking();
      const asked = bench.simulator.ledger.count('createOauthUrl');
      const { code, stderr } = await run(namespace, 'authorize', 'crm');
      expect(code).toBe(person.code);
      expect(stderr).toContain(`--allow-host localhost:${bench.simulator.port}`);
      expect(bench.simulator.ledger.count('createOauthUrl')).toBe(asked);
    });

    test('says why Open Connectors made no address, and goes without it when told to', async () => {
      const namespace = await asking();
      bench.simulator.faults.inject({
        match: { operation: 'createOauthUrl' },
        fault: { kind: 'status', status: 401 },
      });
      const { code, stderr } = await authorize(namespace).ended;
      expect(code).toBe(failure.code);
      expect(stderr).toMatch(/^Open Connectors did not make an address to allow access at: .*401.*\.$/m);
      expect(stderr).toContain('--direct');
      const plugin = authorize(namespace, '--direct');
      expect(await addressIn(plugin)).toMatch(/^https:\/\/accounts\.infusionsoft\.com\//);
      expect(plugin.printed()).toContain('Because --direct was given');
    });

    test('goes without the account where the person may not read its Secret, and says so', async (context) => {
      const { faults } = plane;
      if (faults === undefined) {
        context.skip(`${plane.name} cannot be told to refuse`);
        return;
      }
      const namespace = await asking();
      const refusal = faults.inject(
        { verb: 'get', resource: 'secrets', namespace: namespace.name, name: 'sap-account' },
        { kind: 'respond', status: 403 },
      );
      const plugin = authorize(namespace);
      expect(await addressIn(plugin)).toMatch(/^https:\/\/accounts\.infusionsoft\.com\//);
      expect(plugin.printed()).toContain('you may not read the account\'s Secret "sap-account"');
      refusal.remove();
      faults.inject(
        { verb: 'get', resource: 'secrets', namespace: namespace.name, name: 'crm-oauth' },
        { kind: 'respond', status: 403 },
        { times: 1 },
      );
      const { code, stderr } = await authorize(namespace).ended;
      expect(code).toBe(failure.code);
      expect(stderr).toContain('You may not get Secret "crm-oauth"');
    });

    test('has nothing to do for a connector that is Ready', async () => {
      const namespace = await bench.namespace('cli');
      await furnish(bench, namespace);
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const { code, stdout } = await run(namespace, 'authorize', 'crm');
      expect(code).toBe(ok.code);
      expect(stdout).toContain('access is allowed already');
      expect(stdout).toContain('openconnectors.dev/reauthorize-at');
    });

    test('asks nobody while something else is in the way', async () => {
      const namespace = await asking({ suspend: false });
      await namespace.patch(KIND, 'crm', { spec: { suspend: true } });
      const { code, stderr } = await run(namespace, 'authorize', 'crm');
      expect(code).toBe(person.code);
      expect(stderr).toContain('spec.suspend');
    });

    test('says what is not there', async () => {
      const namespace = await bench.namespace('cli');
      const { code, stderr } = await run(namespace, 'authorize', 'crm');
      expect({ code, stderr }).toEqual({
        code: failure.code,
        stderr: `There is no InfusionsoftConnector "crm" in namespace "${namespace.name}".\n`,
      });
    });

    test('gives up after its time where no operator looks', async () => {
      const namespace = await bench.namespace('cli');
      await namespace.create(connector('crm', { accountRef: { name: 'nowhere' } }));
      const { code } = await run(namespace, 'authorize', 'crm', '--timeout', '1s');
      expect(code).toBe(cliExitCodes.timeout.code);
    });
  });

  describe('what there is to see', () => {
    let namespace: Namespace;
    beforeAll(async () => {
      namespace = await asking();
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

    /** Without what differs from run to run. */
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

    test('status is a table of all', async () => {
      const shown = await run(namespace, 'status');
      expect(shown).toMatchObject({ code: ok.code, stderr: '' });
      expect(await stable(shown)).toMatchInlineSnapshot(`
        "NAME  READY  REASON  INSTANCE  ACCOUNT  AUTHORIZED  CHANGED  NEXT TRY
        crm  False  AuthorizationRequired  -  sap  False  <age> ago  -
        done  True  Succeeded  <id>  sap  True  <age> ago  -
        "
      `);
      const everywhere = await run(namespace, 'status', '-A');
      expect(everywhere.stdout).toMatch(new RegExp(`^${namespace.name} +crm +False`, 'm'));
    });

    test('status is one in full', async () => {
      expect(await stable(await run(namespace, 'status', 'done'))).toMatchInlineSnapshot(`
        "Connector done in namespace <namespace>
          Ready  True (Succeeded) for <age>
          Message  Instance <id> is authorized and up to date.
          Instance  <id> "<namespace>-done" (infusionsoftcrm)
          Account  sap (organization <id> at localhost:<port>)
          Authorization  works, access was allowed <age> ago
          Connection  Secret "done-connection"
          Last change  <age> ago (Ready became True)
          Next try  -
        "
      `);
      expect(await stable(await run(namespace, 'status', 'crm'))).toMatchInlineSnapshot(`
        "Connector crm in namespace <namespace>
          Ready  False (AuthorizationRequired) for <age>
          Message  <message>
          Instance  none yet
          Account  sap
          Authorization  missing (AuthorizationRequired)
          Connection  Secret "crm-connection", not written yet
          Last change  <age> ago (Ready became False)
          Next try  -

        What to do: kubectl openconnectors authorize crm -n <namespace>
        "
      `);
    });

    test('explain says what it means', async () => {
      expect(await stable(await run(namespace, 'explain', 'crm'))).toMatchInlineSnapshot(`
        "Connector crm in namespace <namespace> is not Ready: AuthorizationRequired
          Meaning  The connector waits for OAuth consent, which a user gives once in a browser. (AuthorizationRequired)
          Message  <message>
          What to do  Open status.authorization.startUrl with the code in the Secret status.authorization.codeSecretName. Without a start URL, run: kubectl openconnectors authorize <name>.
          What follows  The operator waits for a person.
          From here  kubectl openconnectors authorize crm -n <namespace>

        The single conditions:
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

    test('orphans shows what no resource stands for', async () => {
      const { stdout, code } = await run(namespace, 'orphans', 'sap');
      expect(code).toBe(ok.code);
      expect(stdout).toMatch(/^Account sap in namespace \S+: \d+ instances? managed, \d+ orphaned/);
      expect((await run(namespace, 'orphans', 'nobody')).stderr).toBe(
        `There is no OpenConnectorsAccount "nobody" in namespace "${namespace.name}".\n`,
      );
    });

    test('shows no secret', async () => {
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
