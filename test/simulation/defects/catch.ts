import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Property } from '../checks/violation.ts';
import type { Defect } from './defects.ts';

/** The first seed that shows a defect; `undefined` where none did. */
export interface Catch {
  readonly seed: number | undefined;
  /** What it broke first. */
  readonly property: Property | undefined;
  readonly text: string;
}

const MAIN = join(import.meta.dirname, '../main.ts');

/** Runs the seeds `from` to `to` in a process that has the defect, until one shows it. */
export async function catchDefect({ name }: Defect, from: number, to: number): Promise<Catch> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, ...['--seeds', `${from}..${to}`, '--defect', name]],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject).on('close', () => resolve());
  });
  const [, found, property] = /^seed (\d+): ([a-z ]+): /m.exec(text) ?? [];
  return {
    seed: found === undefined ? undefined : Number(found),
    property: property as Property | undefined,
    text,
  };
}
