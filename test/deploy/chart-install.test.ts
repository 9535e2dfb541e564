import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubectl, type Kubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../support/controlplane/kube-apiserver.ts';
import { HELMS } from './support/helm.ts';
import { canRender } from './support/kustomize.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';

/** The first version that the chart supports. */
const OLDEST_MINOR = 31;

describe.each(HELMS)('chart on a kube-apiserver (needs KUBEBUILDER_ASSETS and kubectl)', (helm) => {
  describe.skipIf(assets === '' || !canRender || !helm.isPresent)(helm.title, () => {
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
        const { code, stderr } = helm.run([...args, ...place], values);
        expect(code, stderr).toBe(0);
      };
      // A server before the supported versions lacks policy/v1 and fields of the CRDs, which it drops if nothing validates.
      const isOld = Number(server.version.split('.')[1]) < OLDEST_MINOR;
      const values = isOld ? 'podDisruptionBudget: {enabled: false}' : '';
      // Helm 3 has no server-side apply.
      const clientSide = isOld && helm.major === 4 ? ['--server-side=false'] : [];
      const options = [...(isOld ? ['--disable-openapi-validation'] : []), ...clientSide, '-f', '-'];
      const replicas = async (): Promise<string> => {
        const deployment = 'deployment/infusionsoft-connector-operator';
        const query = ['get', deployment, '-n', 'openconnectors-system', '-o', 'jsonpath={.spec.replicas}'];
        return (await kubectl.run(query)).stdout;
      };

      release(['install', 'openconnectors', 'deploy/chart', '--create-namespace', ...options], values);
      expect(await replicas()).toBe('1');
      release(['upgrade', 'openconnectors', 'deploy/chart', ...options], `${values}\nreplicas: 3`);
      expect(await replicas()).toBe('3');
      release(['rollback', 'openconnectors', '1', ...clientSide]);
      expect(await replicas()).toBe('1');
      release(['uninstall', 'openconnectors']);
      const crds = await kubectl.run(['get', 'crds', '-o', 'name']);
      expect(crds.stdout.trim().split('\n').length).toBe(2);
    });
  });
});
