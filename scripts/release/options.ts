import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { downloadUrlOf, project, REPOSITORY } from '../generate/project.ts';
import { OPERATOR_NAME } from '../generate/rbac-roles.ts';
import { outputOf } from './programs.ts';
import type { Release } from './step.ts';

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
      repository: { type: 'string', default: REPOSITORY },
      'download-url': { type: 'string' },
      skip: { type: 'string', multiple: true, default: [] },
    },
  });
  const { version } = project();
  return {
    release: {
      root,
      out: resolve(root, values.out),
      version,
      epoch: epochOf(root, env),
      image: values.image ?? `${OPERATOR_NAME}:${version}`,
      repository: values.repository,
      downloadUrl: values['download-url'] ?? downloadUrlOf(values.repository, version),
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
