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
}

const PROGRESS_RUNS = 25;

/** Runs the seeds; returns how many runs broke a property. */
export async function runSeeds(
  { from, to, trace, defect, focus }: SeedSelection,
  { definitions, run }: { readonly definitions: Definitions } & Pick<Runner, 'run'>,
  write: (line: string) => void,
): Promise<number> {
  let broken = 0;
  let runs = 0;
  let requests = 0;
  const peaks = [0, 0];
  let seed = from;
  for (; seed <= to && (defect === undefined || broken === 0); seed++) {
    if (focus !== undefined && profileOf(seed).focus !== focus) {
      continue;
    }
    runs += 1;
    const result = await run({ seed, definitions });
    requests += result.requests;
    for (const [index, peak] of result.peaks.entries()) {
      peaks[index] = Math.max(peaks[index] ?? 0, peak);
    }
    const isBroken = result.violations.length > 0;
    broken += isBroken ? 1 : 0;
    const shown = isBroken && defect === undefined ? await shrink({ seed, definitions }, result) : result;
    if (trace || (isBroken && defect === undefined)) {
      write(shown.trace.join('\n'));
      write(`disturbances that are needed: ${shown.disturbances.join(', ')}`);
    }
    for (const { property, text } of result.violations) {
      write(`seed ${seed}: ${property}: ${text}`);
    }
    if (!trace && runs % PROGRESS_RUNS === 0) {
      write(`seeds ${from}..${seed}: ${requests} requests, ${broken} broken`);
    }
  }
  write(
    `seeds ${from}..${seed - 1}: ${requests} requests, at most ${peaks[0]} of a process in 10 s and ${peaks[1]} of one kind in 60 s, ${broken} broken`,
  );
  return broken;
}
