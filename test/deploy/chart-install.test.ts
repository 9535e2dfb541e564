import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubectl, type Kubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../support/controlplane/kube-apiserver.ts';
import { hasHelm, helm } from './support/helm.ts';
import { canRender } from './support/kustomize.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';

/** Values without what an old server lacks (policy/v1 came with 1.21). */
const VALUES = 'podDisruptionBudget: {enabled: false}';

describe.skipIf(assets === '' || !canRender || !hasHelm)(
  'chart on a kube-apiserver (needs KUBEBUILDER_ASSETS, kubectl and helm)',
  () => {
    let server: KubeApiServer;
    let kubectl: Kubectl;
    let folder: string;
    let kubeconfig: string;
    beforeAll(async () => {
      server = await startKubeApiServer(assets);
      folder = mkdtempSync(join(tmpdir(), 'chart-'));
      kubeconfig = join(folder, 'kubeconfig');
      writeFileSync(kubeconfig, server.kubeconfig, { mode: 0o600 });
      kubectl = await createKubectl(kubectlProgram(), server.kubeconfig);
    });
    afterAll(async () => {
      await kubectl?.close();
      await server?.stop();
      rmSync(folder, { recursive: true });
    });

    test('installs, upgrades, rolls back and keeps the CRDs when it is uninstalled', async () => {
      const release = (args: readonly string[], values = ''): void => {
        const place = ['-n', 'openconnectors-system', '--kubeconfig', kubeconfig];
        const { code, stderr } = helm([...args, ...place], values);
        expect(code, stderr).toBe(0);
      };
      // An old server does not have every field of the CRDs, and drops them if nothing validates.
      const lenient = ['--disable-openapi-validation', '--server-side=false', '-f', '-'];
      const replicas = async (): Promise<string> => {
        const deployment = 'deployment/infusionsoft-connector-operator';
        const query = ['get', deployment, '-n', 'openconnectors-system', '-o', 'jsonpath={.spec.replicas}'];
        return (await kubectl.run(query)).stdout;
      };

      release(['install', 'openconnectors', 'deploy/chart', '--create-namespace', ...lenient], VALUES);
      expect(await replicas()).toBe('1');
      release(['upgrade', 'openconnectors', 'deploy/chart', ...lenient], `${VALUES}\nreplicas: 3`);
      expect(await replicas()).toBe('3');
      release(['rollback', 'openconnectors', '1', '--server-side=false']);
      expect(await replicas()).toBe('1');
      release(['uninstall', 'openconnectors']);
      const crds = await kubectl.run(['get', 'crds', '-o', 'name']);
      expect(crds.stdout.trim().split('\n').length).toBe(2);
    });
  },
);
