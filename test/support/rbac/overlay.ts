import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { kubectlProgram } from '../controlplane/kubectl.ts';

const root = join(import.meta.dirname, '..', '..', '..');

const manifestSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
type Manifest = z.infer<typeof manifestSchema>;

/** What an installation is made of, as far as it is about who may do what. */
const kinds = ['Namespace', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Applies, with kubectl, the namespaces, accounts, roles and bindings that a folder of `deploy/` renders to. */
export async function applyRights(plane: ControlPlane, manifests: readonly Manifest[]): Promise<void> {
  const rights = manifests.filter(({ kind }) => kinds.includes(kind));
  const input = rights.map((manifest) => stringify(manifest)).join('---\n');
  await plane.kubectl(['apply', '-f', '-'], { input });
}

/** What `kubectl kustomize` makes of a folder of this repository, in `namespace` where one is given. */
export function renderFolder(folder: string, namespace?: string): readonly Manifest[] {
  if (namespace === undefined) {
    return kustomize(join(root, folder));
  }
  const own = realpathSync(mkdtempSync(join(tmpdir(), 'overlay-')));
  try {
    // kustomize takes no absolute paths.
    const resources = [relative(own, join(root, folder))];
    writeFileSync(join(own, 'kustomization.yaml'), stringify({ namespace, resources }));
    return kustomize(own);
  } finally {
    rmSync(own, { recursive: true });
  }
}

function kustomize(folder: string): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync(kubectlProgram(), ['kustomize', folder], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`kubectl kustomize ${folder} ended with ${status}: ${stderr.trim()}`);
  }
  return parseAllDocuments(stdout).map((document) => manifestSchema.parse(document.toJS()));
}
