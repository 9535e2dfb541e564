import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { KStatus, WithStatus } from './kstatus.ts';

/** The program of `test/tools/kstatus`, which `.ci/run` builds. */
const program = process.env['KSTATUS'] ?? '';

/** Whether the library's program is there. Suites that need it are skipped without, and say so. */
export const hasKstatus = program !== '' && existsSync(program);

const resultSchema = z.enum(['Terminating', 'InProgress', 'Failed', 'Current']);

/** What kstatus itself (sigs.k8s.io/cli-utils) computes for each object. Throws its error. */
export function computedByLibrary(objects: readonly WithStatus[]): readonly KStatus[] {
  const { status, stdout, stderr } = spawnSync(program, [], {
    encoding: 'utf8',
    input: objects.map((object) => `${JSON.stringify(object)}\n`).join(''),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`kstatus ended with ${status}: ${stderr}`);
  }
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length !== objects.length) {
    throw new Error(`kstatus printed ${lines.length} results for ${objects.length} objects`);
  }
  return lines.map((line) => resultSchema.parse(line));
}
