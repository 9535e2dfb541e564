import { createKubectl, type Kubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type KubeApiServer, startKubeApiServer } from '../support/controlplane/kube-apiserver.ts';
import { canRender, render } from './support/kustomize.ts';
import type { Manifest } from './support/manifest.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';

/** Kinds that came with a newer Kubernetes than the server's. */
function servedBy(version: string, { apiVersion }: Manifest): boolean {
  const minor = Number(version.split('.')[1]);
  return apiVersion !== 'policy/v1' || minor >= 21;
}

describe.skipIf(assets === '' || !canRender)(
  'installation on a kube-apiserver (needs KUBEBUILDER_ASSETS and kubectl)',
  () => {
    let server: KubeApiServer;
    let kubectl: Kubectl;
    beforeAll(async () => {
      server = await startKubeApiServer(assets);
      kubectl = await createKubectl(kubectlProgram(), server.kubeconfig);
    });
    afterAll(async () => {
      await kubectl?.close();
      await server?.stop();
    });

    test.each(['cluster', 'ha', 'namespaced'])(
      'the overlay %s is accepted, and accepted again without a change',
      async (overlay) => {
        const manifests = render(`deploy/overlays/${overlay}`).filter((manifest) =>
          servedBy(server.version, manifest),
        );
        const input = manifests.map((manifest) => stringify(manifest)).join('---\n');
        // An older server does not know every field, and drops those of the CRDs and of the Deployment.
        const apply = () => kubectl.run(['apply', '--validate=false', '-f', '-'], { input });

        const first = await apply();
        const second = await apply();

        expect(first.stdout.trim().split('\n').length).toBe(manifests.length);
        const changed = second.stdout.split('\n').filter((line) => /created|configured/.test(line));
        expect(changed.filter((line) => !/^(customresourcedefinition|deployment)/.test(line))).toEqual([]);
      },
    );
  },
);
