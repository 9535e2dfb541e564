import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Manifest, parseManifests } from './manifest.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** What a run of helm printed, and its exit code. */
interface HelmResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A major version of helm. */
export interface Helm {
  readonly major: 3 | 4;
  /** Names it in a suite, such as `with Helm 4 (needs helm)`. */
  readonly title: string;
  /** Whether this machine has it. Suites that need it are skipped without it, and say so. */
  readonly isPresent: boolean;
  /** Runs helm in the root of the project with YAML values on its standard input. */
  run(args: readonly string[], values?: string): HelmResult;
  /** What the chart renders to with these values. Throws what helm reports. */
  renderChart(values: string, args?: readonly string[]): readonly Manifest[];
}

function createHelm(major: Helm['major'], program: string, need: string): Helm {
  const run = (args: readonly string[], values = ''): HelmResult => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: root,
      encoding: 'utf8',
      input: values,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: status, stdout, stderr };
  };
  const { code, stdout } = run(['version', '--template', '{{.Version}}']);
  return {
    major,
    title: `with Helm ${major} (needs ${need})`,
    isPresent: code === 0 && stdout.startsWith(`v${major}.`),
    run,
    renderChart(values, args = []) {
      const command = ['template', 'openconnectors', 'deploy/chart', '-n', 'openconnectors-system'];
      const result = run([...command, '--skip-tests', '-f', '-', ...args], values);
      if (result.code !== 0) {
        throw new Error(`helm template ended with ${result.code}: ${result.stderr.trim()}`);
      }
      return parseManifests(result.stdout);
    },
  };
}

/** The versions that the chart supports: the program HELM or HELM_3, or else the helm on PATH if it has that version. */
export const HELMS: readonly Helm[] = [
  createHelm(4, process.env['HELM'] ?? 'helm', 'helm'),
  createHelm(3, process.env['HELM_3'] ?? 'helm', 'HELM_3'),
];
