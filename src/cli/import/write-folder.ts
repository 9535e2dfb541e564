import { dumpYaml } from '@kubernetes/client-node';
import { writeFiles } from '../render/write-files.ts';
import type { ConnectorManifest } from './manifest.ts';
import { renderManifest } from './render.ts';

/**
 * Writes one file for each connector and a kustomization. Existing files are not overwritten. Returns the paths. Throws
 * `CliError`.
 */
export function writeFolder(
  folder: string,
  manifests: readonly ConnectorManifest[],
): Promise<readonly string[]> {
  const files = new Map(
    manifests.map((manifest) => [`${manifest.metadata.name}.yaml`, renderManifest(manifest)]),
  );
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...files.keys()],
  };
  files.set('kustomization.yaml', dumpYaml(kustomization));
  return writeFiles('--output-dir', folder, files);
}
