import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dumpYaml } from '@kubernetes/client-node';
import { CliError } from '../errors.ts';
import type { ConnectorManifest } from './manifest.ts';
import { renderManifest } from './render.ts';

/**
 * Writes one file for each connector and a kustomization. Existing files are not overwritten. Returns the paths. Throws
 * `CliError`.
 */
export async function writeFolder(
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
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) {
      await writeFile(join(folder, name), text, { flag: 'wx' });
    }
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new CliError(
      'failure',
      exists
        ? '--output-dir: a file exists already. Choose an empty folder.'
        : '--output-dir: the folder cannot be written.',
    );
  }
  return [...files.keys()].map((name) => join(folder, name));
}
