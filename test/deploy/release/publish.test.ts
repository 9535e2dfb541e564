import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../scripts/release/sha256.ts';
import { VERSION } from '../../../src/config/version.ts';

const script = join(import.meta.dirname, '..', '..', '..', 'scripts', 'release', 'publish.sh');
const DIGEST = `sha256:${'1'.repeat(64)}`;

describe('the publication of a release', () => {
  let out = '';
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'publish-'));
    writeFileSync(join(out, 'install.yaml'), 'kind: List\n');
    writeFileSync(join(out, 'image.json'), JSON.stringify({ 'containerimage.digest': DIGEST }));
    writeFileSync(join(out, 'SHA256SUMS'), `${sha256(join(out, 'install.yaml'))}  install.yaml\n`);
  });
  afterEach(() => rmSync(out, { recursive: true }));

  /** Prints the commands of the publication. */
  function publish(env: NodeJS.ProcessEnv = {}) {
    return spawnSync('bash', [script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], DRY_RUN: '1', REGISTRY: 'registry.example.com/a', OUT: out, ...env },
    });
  }

  it('signs image, chart and checksums by digest before it creates the release', () => {
    const { status, stdout, stderr } = publish();
    expect(status, stderr).toBe(0);
    const image = `registry.example.com/a/infusionsoft-connector-operator@${DIGEST}`;
    expect(stdout.trim().split('\n')).toEqual([
      `helm push ${out}/infusionsoft-connector-operator-${VERSION}.tgz oci://registry.example.com/a/charts`,
      `cosign sign --yes ${image}`,
      'cosign sign --yes registry.example.com/a/charts/infusionsoft-connector-operator@sha256:CHART',
      `cosign attest --yes --type cyclonedx --predicate ${out}/sbom.cdx.json ${image}`,
      `cosign sign-blob --yes --bundle ${out}/SHA256SUMS.sigstore.json ${out}/SHA256SUMS`,
      `gh release create v${VERSION} --verify-tag --title v${VERSION} --notes-file ${out}/RELEASE_NOTES.md ${out}/install.yaml ${out}/SHA256SUMS ${out}/SHA256SUMS.sigstore.json`,
    ]);
  });

  it('publishes nothing that differs from its checksum', () => {
    writeFileSync(join(out, 'install.yaml'), 'kind: Secret\n');
    const { status, stdout } = publish();
    expect(status).not.toBe(0);
    expect(stdout).not.toContain('cosign');
  });

  it('needs the digest of a pushed image', () => {
    writeFileSync(join(out, 'image.json'), '{}');
    const { status, stderr } = publish();
    expect(status).toBe(1);
    expect(stderr).toContain('names no digest');
  });

  it('needs a registry', () => {
    expect(publish({ REGISTRY: '' }).stderr).toContain('Set REGISTRY');
  });
});
