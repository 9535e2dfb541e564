import { basename } from 'node:path';
import { accountCrd, connectorCrd, crdPath } from './crds.ts';
import { renderYaml } from './manifest.ts';

/** `crds/kustomization.yml`: lets the overlays include the CRDs, which lie outside of their folders. */
export function renderCrdsKustomization(): string {
  return renderYaml(
    {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [connectorCrd(), accountCrd()].map((crd) => basename(crdPath(crd))),
    },
    'scripts/generate/crds-kustomization.ts',
  );
}
