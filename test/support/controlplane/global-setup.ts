import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { readRecord, summarize } from './record.ts';
import { controlPlanes } from './sources.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** File in which test files record their control planes. */
    controlPlaneRecord: string;
  }
}

/** Prints at the end of a run, in one line, the control planes that it used and skipped. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'control-planes-'));
  const file = join(folder, 'record');
  project.provide('controlPlaneRecord', file);
  return () => {
    process.stdout.write(`\n${summarize(controlPlanes(), readRecord(file))}\n`);
    rmSync(folder, { recursive: true, force: true });
  };
}
