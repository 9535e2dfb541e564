import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CrdValidator, createCrdValidator } from 'kube-apiserver-emulator/crd/validator.ts';
import { parse } from 'yaml';

/** Folder with `operator-verify` and the CRD of ClusterServiceVersion, which `.ci/run` prepares. */
const folder = process.env['OPERATOR_FRAMEWORK'] ?? '';
const program = join(folder, 'operator-verify');
const crd = join(folder, 'operators.coreos.com_clusterserviceversions.yaml');

/** Whether the programs of the Operator Framework are there. Suites that need them are skipped without, and say so. */
export const hasOperatorFramework = folder !== '' && existsSync(program) && existsSync(crd);

/** What the Operator Framework reports about the bundle in a folder. */
export function verifyBundle(bundle: string): { readonly code: number | null; readonly output: string } {
  const options = ['--object_validate', '--operatorhub_validate'];
  const { status, stdout, stderr } = spawnSync(program, ['manifests', bundle, ...options], {
    encoding: 'utf8',
  });
  return { code: status, output: `${stdout}${stderr}` };
}

/** The schema of ClusterServiceVersion. */
export function clusterServiceVersionSchema(): CrdValidator {
  return createCrdValidator(parse(readFileSync(crd, 'utf8')));
}
