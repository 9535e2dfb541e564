import { createKubectl, type Kubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type KubeApiServer,
  kubeApiServerVersion,
  startKubeApiServer,
} from '../support/controlplane/kube-apiserver.ts';
import { poll } from '../support/controlplane/poll.ts';
import { canRender, renderOverlay } from './support/kustomize.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
const minor = assets === '' ? 0 : Number((await kubeApiServerVersion(assets)).split('.')[1]);

const connector = (element: string, annotations: Record<string, string> = {}) => ({
  apiVersion: 'openconnectors.dev/v1beta1',
  kind: 'InfusionsoftConnector',
  metadata: { name: 'crm', namespace: 'default', annotations },
  spec: {
    accountRef: { name: 'sap' },
    connector: element,
    server: 'dt123.infusionsoft.com',
    ...(element === 'infusionsoftcrm' && { encryptedKeySecretRef: { name: 'crm-key' } }),
    oauth: {
      clientSecretRef: { name: 'crm-oauth' },
      callbackUrl: 'https://connect.example.com/oauth/callback',
      authorizationCodeSecretRef: { name: 'crm-code' },
    },
  },
});
const account = (host: string) => ({
  apiVersion: 'openconnectors.dev/v1beta1',
  kind: 'OpenConnectorsAccount',
  metadata: { name: 'sap', namespace: 'default' },
  spec: { baseUrl: `https://${host}`, credentialsSecretRef: { name: 'sap' } },
});

describe.skipIf(minor < 30 || !canRender)(
  'the admission policies on a kube-apiserver (needs KUBEBUILDER_ASSETS of 1.30 or later, and kubectl)',
  () => {
    let server: KubeApiServer;
    let kubectl: Kubectl;

    const apply = (object: object, ...flags: readonly string[]) =>
      kubectl.run(['apply', '-f', '-', ...flags], { input: stringify(object), check: false });

    beforeAll(async () => {
      server = await startKubeApiServer(assets);
      kubectl = await createKubectl(kubectlProgram(), server.kubeconfig);
      const manifests = renderOverlay({
        resources: ['deploy/overlays/cluster'],
        components: ['deploy/components/admission-policies', 'deploy/components/legacy-connector-warning'],
      });
      await kubectl.run(['apply', '-f', '-'], {
        input: manifests.map((manifest) => stringify(manifest)).join('---\n'),
      });
      // The server compiles policies some time after their creation.
      const legacy = connector('infusionsoftcrm');
      const foreign = account('evil.example');
      await poll(
        async () => {
          const [warned, refused] = await Promise.all([
            apply(legacy, '--dry-run=server'),
            apply(foreign, '--dry-run=server'),
          ]);
          return warned.stderr.includes('Warning') && refused.code !== 0 ? true : undefined;
        },
        60_000,
        () => 'the policies do not take effect',
      );
    });
    afterAll(async () => {
      await kubectl?.close();
      await server?.stop();
    });

    it('warn about infusionsoftcrm when it is created and when its spec changes, and only then', async () => {
      const legacy = connector('infusionsoftcrm');
      const warning = /^Warning: .*infusionsoftcrm uses XML-RPC.*kubectl openconnectors migrate/m;

      expect(await apply(legacy)).toMatchObject({ code: 0, stderr: expect.stringMatching(warning) });
      const patched = await kubectl.run([
        ...['patch', 'infusionsoftconnector', 'crm', '--type=merge', '-p'],
        JSON.stringify({ spec: { server: 'dt124.infusionsoft.com' } }),
      ]);
      expect(patched.stderr).toMatch(warning);
      const labeled = await kubectl.run(['label', 'infusionsoftconnector', 'crm', 'team=sales']);
      expect(labeled.stderr).toBe('');
      await kubectl.run(['delete', 'infusionsoftconnector', 'crm', '--wait=false']);
    });

    it('say nothing about infusionsoftrest', async () => {
      const created = await apply(connector('infusionsoftrest'), '--dry-run=server');
      expect(created).toMatchObject({ code: 0, stderr: '' });
    });

    it('refuse an account of another host', async () => {
      const refused = await apply(account('evil.example'));
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain('spec.baseUrl');
    });

    it('refuse the deletion of a protected connector', async () => {
      const annotations = { 'openconnectors.dev/deletion-protection': 'true' };
      await apply(connector('infusionsoftrest', annotations));
      const remove = ['delete', 'infusionsoftconnector', 'crm', '--wait=false'];
      const refused = await kubectl.run(remove, { check: false });
      expect(refused.stderr).toContain('is protected against deletion');
      await kubectl.run([
        ...['annotate', 'infusionsoftconnector', 'crm'],
        'openconnectors.dev/deletion-protection-',
      ]);
      await kubectl.run(remove);
    });
  },
);
