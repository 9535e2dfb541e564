import { simulateInProcess } from '../child.ts';
import type { Defect } from './defects.ts';

/** The first seed that shows a defect; `undefined` where none did. */
export interface Catch {
  readonly seed: number | undefined;
  /** What it broke first. */
  readonly property: string | undefined;
  readonly output: string;
}

/** Runs the seeds `from` to `to` in a process that has the defect, until one shows it. */
export async function catchDefect({ name }: Defect, from: number, to: number): Promise<Catch> {
  const { output } = await simulateInProcess('--seeds', `${from}..${to}`, '--defect', name);
  const [, seed, property] = /^seed (\d+): ([a-z ]+): /m.exec(output) ?? [];
  return { seed: seed === undefined ? undefined : Number(seed), property, output };
}
