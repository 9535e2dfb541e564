import { readFileSync } from 'node:fs';
import type { Clock } from '../../../src/runtime/clock.ts';

/** How often the memory of a process is read, milliseconds. */
const PERIOD_MS = 5_000;
/** Until this age a process grows because it fills its caches, milliseconds. */
const GROWN_UP_MS = 30_000;
const MINUTE_MS = 60_000;

/** Resident memory of a process at an age. */
export interface Sample {
  readonly ageMs: number;
  readonly rssMiB: number;
}

/** The memory of all processes. */
export interface MemoryUse {
  readonly peakMiB: number;
  /** `undefined` where no process was older than a minute. */
  readonly growthMiBPerMinute: number | undefined;
}

/** Reads the resident memory of processes while they run (Linux; elsewhere there is nothing to read). */
export class MemoryMeter {
  readonly #clock: Clock;
  readonly #processes: Sample[][] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Until the process with this id, which was just started, has ended. */
  watch(pid: number): void {
    const startedAt = this.#clock.monotonic();
    const samples: Sample[] = [];
    this.#processes.push(samples);
    const read = (): void => {
      const rssMiB = rssOf(pid);
      if (rssMiB !== undefined) {
        samples.push({ ageMs: this.#clock.monotonic() - startedAt, rssMiB });
        this.#clock.schedule(PERIOD_MS, read);
      }
    };
    this.#clock.schedule(PERIOD_MS, read);
  }

  get use(): MemoryUse {
    const all = this.#processes.flat().map(({ rssMiB }) => rssMiB);
    return { peakMiB: Math.max(0, ...all), growthMiBPerMinute: growthOf(this.#processes) };
  }
}

/** The growth that explains best the samples of all grown-up processes: one slope, each process with a level of its own. */
export function growthOf(processes: readonly (readonly Sample[])[]): number | undefined {
  let [ages, products, longest] = [0, 0, 0];
  for (const samples of processes) {
    const grown = samples.filter(({ ageMs }) => ageMs >= GROWN_UP_MS);
    const [age, rss] = [mean(grown.map(({ ageMs }) => ageMs)), mean(grown.map(({ rssMiB }) => rssMiB))];
    for (const { ageMs, rssMiB } of grown) {
      ages += (ageMs - age) ** 2;
      products += (ageMs - age) * (rssMiB - rss);
      longest = Math.max(longest, ageMs);
    }
  }
  return longest < MINUTE_MS || ages === 0 ? undefined : (products / ages) * MINUTE_MS;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Resident memory; `undefined` after the end of the process. */
function rssOf(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1_024;
  } catch {
    return undefined;
  }
}
