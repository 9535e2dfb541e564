import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { outputOf } from './programs.ts';
import type { Release } from './step.ts';

const packageSchema = z.object({ name: z.string(), version: z.string() });

/** The release that the command line asks for, and the names of the steps to leave out. */
export function readOptions(
  root: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): { readonly release: Omit<Release, 'bundle'>; readonly skip: readonly string[] } {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'dry-run': { type: 'boolean', default: false },
      out: { type: 'string', default: 'out' },
      image: { type: 'string' },
      repository: { type: 'string', default: 'https://git.example.com/operators/infusionsoft' },
      'download-url': { type: 'string' },
      skip: { type: 'string', multiple: true, default: [] },
    },
  });
  const { name, version } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  return {
    release: {
      root,
      out: resolve(root, values.out),
      version,
      epoch: epochOf(root, env),
      image: values.image ?? `${name}:${version}`,
      repository: values.repository,
      downloadUrl: values['download-url'] ?? `${values.repository}/releases/download/v${version}`,
      dryRun: values['dry-run'],
    },
    skip: values.skip,
  };
}

/** The time of the commit, so that the same commit gives the same bytes. */
function epochOf(root: string, env: NodeJS.ProcessEnv): number {
  const given = env['SOURCE_DATE_EPOCH'];
  const text = given ?? outputOf('git', ['log', '-1', '--format=%ct'], { cwd: root }).toString();
  const epoch = Number(text.trim());
  if (text.trim() === '' || !Number.isSafeInteger(epoch) || epoch < 0) {
    throw new Error('SOURCE_DATE_EPOCH is not a number of seconds');
  }
  return epoch;
}
