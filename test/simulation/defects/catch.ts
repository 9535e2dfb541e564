import type { Violation } from '../checks/violation.ts';
import type { Definitions } from '../environment/cluster.ts';
import type { RunOptions } from '../run.ts';
import { profileOf } from '../schedule/profile.ts';
import type { Defect } from './defect.ts';
import { importWithDefect } from './inject.ts';

/** The first seed that shows a defect. */
export interface Catch {
  readonly seed: number;
  /** What it broke first. */
  readonly violation: Violation;
}

/** Runs the seeds `from` to `to` with the defect until one shows it; `undefined` where none did. `upgrades` as for a run. */
export async function catchDefect(
  defect: Defect,
  definitions: Definitions,
  { from, to, upgrades }: { readonly from: number; readonly to: number } & Pick<RunOptions, 'upgrades'>,
): Promise<Catch | undefined> {
  const { run } = await importWithDefect(defect);
  for (let seed = from; seed <= to; seed++) {
    if (defect.focus !== undefined && profileOf(seed).focus !== defect.focus) {
      continue;
    }
    const [violation] = (await run({ seed, definitions, upgrades })).violations;
    if (violation !== undefined) {
      return { seed, violation };
    }
  }
  return undefined;
}
