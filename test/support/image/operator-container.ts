import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type OperatorProcess, superviseOperator } from '../workbench/process.ts';
import type { Workbench } from '../workbench/workbench.ts';
import { DOCKER, dockerResult } from './docker.ts';
import { RESTRICTED } from './restricted.ts';

const MOUNT = '/var/run/operator';

/** Settings that name a file, which the container gets as a copy. */
const FILES: ReadonlySet<string> = new Set(['KUBECONFIG', 'CA_FILE']);

/**
 * Starts the operator of `image` with a memory limit such as `192m` and the restrictions of the Deployment. A container
 * that runs out of memory ends with code 137.
 */
export function startOperatorContainer(
  bench: Workbench,
  image: string,
  memory: string,
  env: Readonly<Record<string, string>>,
): OperatorProcess {
  // The user of the image may read neither the folder of the workbench nor its files.
  const folder = mkdtempSync(join(tmpdir(), 'operator-container-'));
  chmodSync(folder, 0o755);
  const settings = Object.entries(bench.environment(env)).map(([name, value]) => {
    if (!FILES.has(name)) {
      return `${name}=${value}`;
    }
    const copy = join(folder, basename(value));
    copyFileSync(value, copy);
    chmodSync(copy, 0o644);
    return `${name}=${MOUNT}/${basename(value)}`;
  });
  const name = `operator-${randomUUID()}`;
  bench.atStop(async () => {
    dockerResult('rm', '--force', name);
    rmSync(folder, { recursive: true, force: true });
  });
  const child = spawn(
    DOCKER,
    [
      'run',
      '--rm',
      `--name=${name}`,
      '--network=host',
      `--memory=${memory}`,
      `--memory-swap=${memory}`,
      ...RESTRICTED,
      `--volume=${folder}:${MOUNT}:ro`,
      ...settings.flatMap((setting) => ['--env', setting]),
      image,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return superviseOperator(bench, child);
}
