import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { hasKubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { outputOf, starts } from '../../../scripts/release/programs.ts';
import { sha256 } from '../../../scripts/release/sha256.ts';
import { VERSION } from '../../../src/config/version.ts';
import { timeLimit } from '../../support/time-limit.ts';
import { canRender, render } from '../support/kustomize.ts';
import { parseManifests } from '../support/manifest.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const IMAGE = `registry.example.com/operator@sha256:${'1'.repeat(64)}`;
/** The release packs the chart with the helm on PATH, of any version. */
const hasHelm = starts('helm', 'version');
const PLUGIN = `kubectl-openconnectors-${VERSION}.tar.gz`;

const krewSchema = z.object({
  apiVersion: z.literal('krew.googlecontainertools.github.com/v1alpha2'),
  kind: z.literal('Plugin'),
  metadata: z.object({ name: z.literal('openconnectors') }),
  spec: z.object({
    version: z.string().regex(/^v\d/),
    homepage: z.url(),
    shortDescription: z.string().max(50),
    platforms: z.array(
      z.object({
        selector: z.object({ matchLabels: z.object({ os: z.string(), arch: z.string() }) }),
        uri: z.url(),
        sha256: z.string(),
        bin: z.string(),
      }),
    ),
  }),
});

let scratch = '';
let out = '';
let printed = '';

/** Builds a release into a folder of its own; returns the folder and the output. */
function release(name: string, ...args: readonly string[]) {
  const folder = join(scratch, name);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      'scripts/release.ts',
      '--dry-run',
      '--skip',
      'image',
      '--image',
      IMAGE,
      '--out',
      folder,
      ...args,
    ],
    { cwd: root, encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' } },
  );
  return { folder, status, stdout, stderr };
}

function read(path: string): string {
  return readFileSync(join(out, path), 'utf8');
}

function unpack(archive: string, name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  expect(spawnSync('tar', ['-xzf', join(out, archive), '-C', folder]).status).toBe(0);
  return folder;
}

/** The environment with this Node and nothing of the project on PATH. */
function pathWith(...folders: readonly string[]): NodeJS.ProcessEnv {
  return { PATH: [...folders, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter) };
}

describe('npm run release -- --dry-run', () => {
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'release-test-'));
    const first = release('first');
    expect(first.status, first.stderr).toBe(0);
    [out, printed] = [first.folder, first.stdout];
  }, timeLimit(120_000));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('has the same checksums when it is built again', { timeout: timeLimit(120_000) }, () => {
    const again = release('again');
    expect(readFileSync(join(again.folder, 'SHA256SUMS'), 'utf8')).toBe(read('SHA256SUMS'));
  });

  it('has the checksum of each artifact', () => {
    const { status, stdout } = spawnSync('sha256sum', ['--check', 'SHA256SUMS'], {
      cwd: out,
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
    for (const artifact of [
      `operator-${VERSION}.tar.gz`,
      PLUGIN,
      'openconnectors.yaml',
      'sbom.cdx.json',
      'RELEASE_NOTES.md',
      `olm-bundle-${VERSION}.tar.gz`,
    ]) {
      expect(stdout).toContain(`${artifact}: OK`);
    }
  });

  it('names what it skips', () => {
    expect(printed).toContain('image: skipped as requested');
    expect(printed).toContain(hasHelm ? 'chart: done' : 'chart: skipped, helm not found');
    expect(printed).toContain(canRender ? 'manifests: done' : 'manifests: skipped, kubectl not found');
  });

  it('refuses a folder with other files', () => {
    const folder = join(scratch, 'other');
    mkdirSync(join(folder, 'files'), { recursive: true });
    expect(release('other').stderr).toContain('is not empty and holds no release');
    expect(existsSync(join(folder, 'files'))).toBe(true);
  });

  it('has an operator that starts without installed packages', () => {
    const folder = join(unpack(`operator-${VERSION}.tar.gz`, 'operator'), `operator-${VERSION}`);
    const { stdout, stderr } = spawnSync(process.execPath, ['main.js', '--version'], {
      cwd: folder,
      encoding: 'utf8',
      env: {},
    });
    expect(stdout, stderr).toContain(VERSION);
    expect(existsSync(join(folder, 'LICENSES.txt'))).toBe(true);
  });

  it('has a krew manifest with the checksum of the archive', () => {
    const { spec } = krewSchema.parse(parse(read('openconnectors.yaml')));
    expect(spec.version).toBe(`v${VERSION}`);
    expect(spec.platforms.map(({ selector }) => Object.values(selector.matchLabels).join('/'))).toEqual([
      'linux/amd64',
      'linux/arm64',
      'darwin/amd64',
      'darwin/arm64',
    ]);
    for (const { uri, sha256: sum, bin } of spec.platforms) {
      expect(uri.endsWith(`/${PLUGIN}`)).toBe(true);
      expect(sum).toBe(sha256(join(out, PLUGIN)));
      expect(bin).toBe('kubectl-openconnectors');
    }
  });

  describe('the plugin', () => {
    let bin = '';
    beforeAll(() => {
      const folder = unpack(PLUGIN, 'plugin');
      // krew links programs from a folder on PATH.
      bin = join(scratch, 'bin');
      mkdirSync(bin);
      for (const name of ['kubectl-openconnectors', 'kubectl_complete-openconnectors']) {
        symlinkSync(join(folder, name), join(bin, name));
      }
    });

    it('runs by a link, without installed packages', () => {
      const { stdout, stderr } = spawnSync('kubectl-openconnectors', ['version'], {
        encoding: 'utf8',
        env: pathWith(bin),
      });
      expect(stdout, stderr).toContain(`Plugin version: ${VERSION}`);
    });

    it.skipIf(!hasKubectl(kubectlProgram()))('completes commands for kubectl (needs kubectl)', () => {
      const { stdout } = spawnSync(kubectlProgram(), ['__complete', 'openconnectors', 'stat'], {
        encoding: 'utf8',
        env: pathWith(bin),
      });
      expect(stdout).toMatch(/^status\tShow the status of one connector/m);
      expect(stdout).toContain(':4\n');
    });
  });

  it.skipIf(!canRender)(
    'has a manifest that installs the overlay cluster with the image (needs kubectl)',
    () => {
      const expected = render('deploy/overlays/cluster');
      const objects = parseManifests(
        read('install.yaml').replaceAll(IMAGE, `infusionsoft-connector-operator:${VERSION}`),
      );
      expect(read('install.yaml')).toContain(`image: ${IMAGE}\n`);
      expect(objects).toEqual(expected);
    },
  );

  it('has an OLM bundle with the image', () => {
    const csv = read('olm-bundle/manifests/infusionsoft-connector-operator.clusterserviceversion.yaml');
    expect(csv.split(IMAGE)).toHaveLength(4);
    expect(csv).not.toContain(`infusionsoft-connector-operator:${VERSION}`);
  });

  it.skipIf(!hasHelm)('has a chart that installs the image (needs helm)', () => {
    const chart = join(out, `infusionsoft-connector-operator-${VERSION}.tgz`);
    expect(outputOf('helm', ['template', 'x', chart]).toString()).toContain(`image: ${IMAGE}\n`);
  });

  it('has the list of components, and the notes of the version', () => {
    expect(JSON.parse(read('sbom.cdx.json'))).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(read('RELEASE_NOTES.md')).toMatch(/^### Added\n/);
  });
});
