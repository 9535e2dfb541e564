import { renderYaml } from './manifest.ts';
import type { Output } from './output.ts';
import { downloadUrlOf, project, REPOSITORY } from './project.ts';

/** Where the archive of the plugin can be downloaded, and what it contains. */
export interface PluginArchive {
  readonly uri: string;
  readonly sha256: string;
  readonly homepage: string;
}

/**
 * Platforms of the plugin. It needs a POSIX shell and Node.js. On Windows krew links each plugin as a file `.exe`, which
 * neither a script nor a bundle for Node.js can be.
 */
const PLATFORMS = ['linux', 'darwin'].flatMap((os) => ['amd64', 'arm64'].map((arch) => ({ os, arch })));

/** Name of the archive of a version. */
export function pluginArchiveName(version: string): string {
  return `kubectl-openconnectors-${version}.tar.gz`;
}

/** The krew manifest; one archive serves all platforms. */
export function renderKrewManifest({ uri, sha256, homepage }: PluginArchive): string {
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'openconnectors' },
    spec: {
      version: `v${project().version}`,
      homepage,
      shortDescription: 'Authorize and inspect Infusionsoft connectors',
      description: `Authorizes, inspects, imports and migrates the connectors of the Infusionsoft connector operator, which manages
instances of SAP Open Connectors.
`,
      caveats: `Requires Node.js 22.19 or later as "node" on PATH.
For completion, link the second program of the plugin into a folder on PATH:
  ln -s "\${KREW_ROOT:-$HOME/.krew}/store/openconnectors/v${project().version}/kubectl_complete-openconnectors" ~/.local/bin/
`,
      platforms: PLATFORMS.map((labels) => ({
        selector: { matchLabels: labels },
        uri,
        sha256,
        bin: 'kubectl-openconnectors',
      })),
    },
  };
  return renderYaml(manifest, 'scripts/generate/krew.ts');
}

/** The manifest without a release: the release fills in address and checksum. */
export const KREW_OUTPUT: Output = {
  path: 'deploy/krew/openconnectors.yaml',
  render() {
    const { version } = project();
    return renderKrewManifest({
      uri: `${downloadUrlOf(REPOSITORY, version)}/${pluginArchiveName(version)}`,
      sha256: '0'.repeat(64),
      homepage: REPOSITORY,
    });
  },
};
