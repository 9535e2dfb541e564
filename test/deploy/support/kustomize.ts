import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { hasKubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { stringify } from 'yaml';
import { type Manifest, parseManifests } from './manifest.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const program = kubectlProgram();

/** Whether there is a kubectl to render with. Suites that need one are skipped without it, and say so. */
export const canRender = hasKubectl(program);

/** What `kubectl kustomize` makes of a folder of this repository. Throws what kubectl says against it. */
export function render(folder: string): readonly Manifest[] {
  return renderFolder(join(root, folder));
}

/** What a user's own overlay renders to; `resources` and `components` are folders of this repository. */
export function renderOverlay(kustomization: {
  readonly resources: readonly string[];
  readonly components?: readonly string[];
  readonly [field: string]: unknown;
}): readonly Manifest[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'overlay-')));
  // kustomize takes no absolute paths.
  const fromHere = (paths: readonly string[] = []): string[] =>
    paths.map((path) => relative(folder, join(root, path)));
  const { resources, components } = kustomization;
  const text = stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...kustomization,
    resources: fromHere(resources),
    components: fromHere(components),
  });
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), text);
    return renderFolder(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function renderFolder(folder: string): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync(program, ['kustomize', folder], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`kubectl kustomize ${folder} ended with ${status}: ${stderr.trim()}`);
  }
  return parseManifests(stdout);
}
