import type { Runner } from './defects/inject.ts';
import type { Definitions } from './environment/cluster.ts';
import { profileOf } from './schedule/profile.ts';
import { shrink } from './shrink.ts';

/** Which seeds to run, and what to print. */
export interface SeedSelection {
  readonly from: number;
  readonly to: number;
  /** Print the trace of each run. */
  readonly trace: boolean;
  /** With a defect the first broken run ends the search, and nothing is shrunk. */
  readonly defect?: string | undefined;
  /** Only seeds with this focus; absent: all. */
  readonly focus?: string | undefined;
  /** Whether the operator is ended and started with the state of the release before. */
  readonly upgrades?: boolean | undefined;
  /** Every `of`th seed, beginning with the seed `part` (from 1). */
  readonly shard: { readonly part: number; readonly of: number };
}

/** So many seeds pass from one progress line to the next. */
const PROGRESS_SEEDS = 100;

/** Runs the seeds; returns how many runs broke a property. */
export async function runSeeds(
  { from, to, trace, defect, focus, upgrades, shard }: SeedSelection,
  { definitions, run }: { readonly definitions: Definitions } & Pick<Runner, 'run'>,
  write: (line: string) => void,
): Promise<number> {
  let broken = 0;
  let runs = 0;
  let requests = 0;
  const peaks = [0, 0];
  const progress = (): string =>
    `${runs} of the seeds ${from} to ${to}: ${requests} requests, ${broken} broken`;
  const first = from + shard.part - 1;
  for (let seed = first; seed <= to && (defect === undefined || broken === 0); seed += shard.of) {
    if (focus !== undefined && profileOf(seed).focus !== focus) {
      continue;
    }
    runs += 1;
    const result = await run({ seed, definitions, upgrades });
    requests += result.requests;
    for (const [index, peak] of result.peaks.entries()) {
      peaks[index] = Math.max(peaks[index] ?? 0, peak);
    }
    const isBroken = result.violations.length > 0;
    broken += isBroken ? 1 : 0;
    const shown =
      isBroken && defect === undefined
        ? await shrink(result, (without) => run({ seed, definitions, upgrades, without }))
        : result;
    if (trace || (isBroken && defect === undefined)) {
      write(shown.trace.join('\n'));
      write(`disturbances that are needed: ${shown.disturbances.join(', ')}`);
    }
    for (const { property, text } of result.violations) {
      write(`seed ${seed}: ${property}: ${text}`);
    }
    if (!trace && runs % PROGRESS_SEEDS === 0) {
      write(progress());
    }
  }
  write(
    `${progress()}, at most ${peaks[0]} requests of a process in 10 s and ${peaks[1]} of one kind in 60 s`,
  );
  return broken;
}
