import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Manifest, parseManifests } from './manifest.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const program = process.env['HELM'] ?? 'helm';

/** Whether there is a helm. Suites that need one are skipped without it, and say so. */
export const hasHelm = spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0;

/** Runs helm in the root of the project with YAML values on its standard input. */
export function helm(
  args: readonly string[],
  values = '',
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    input: values,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, stdout, stderr };
}

/** What the chart renders to with these values. Throws what helm reports. */
export function renderChart(values: string, args: readonly string[] = []): readonly Manifest[] {
  const command = ['template', 'openconnectors', 'deploy/chart', '-n', 'openconnectors-system'];
  const { code, stdout, stderr } = helm([...command, '--skip-tests', '-f', '-', ...args], values);
  if (code !== 0) {
    throw new Error(`helm template ended with ${code}: ${stderr.trim()}`);
  }
  return parseManifests(stdout);
}
