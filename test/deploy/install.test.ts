import { createKubectl, type Kubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { type KubeApiServer, startKubeApiServer } from '../support/controlplane/kube-apiserver.ts';
import { canRender, render } from './support/kustomize.ts';
import type { Manifest } from './support/manifest.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';

/** Kinds that came with a newer Kubernetes than the server's. */
function servedBy(version: string, { apiVersion }: Manifest): boolean {
  const minor = Number(version.split('.')[1]);
  return apiVersion !== 'policy/v1' || minor >= 21;
}

const metadata = z.object({
  name: z.string(),
  generation: z.number().optional(),
  resourceVersion: z.string(),
});
const stored = z.object({ items: z.array(z.object({ kind: z.string(), metadata })) });

/** What a change of the spec raises: not what the server's own controllers write into a status. */
function versionOf({ kind, metadata: { name, generation, resourceVersion } }: Stored): string {
  return `${kind} ${name} ${generation ?? resourceVersion}`;
}

type Stored = z.infer<typeof stored>['items'][number];

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

        const versions = async () => {
          const { stdout } = await kubectl.run(['get', '-o', 'json', '-f', '-'], { input });
          return stored.parse(JSON.parse(stdout)).items.map(versionOf);
        };

        const first = await apply();
        const installed = await versions();
        await apply();

        expect(first.stdout.trim().split('\n').length).toBe(manifests.length);
        expect(installed.length).toBe(manifests.length);
        expect(await versions()).toEqual(installed);
      },
    );
  },
);
