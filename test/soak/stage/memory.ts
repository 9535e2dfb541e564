import { growthOf, type MemorySample } from '../../../bench/measure/growth.ts';
import { usageOf } from '../../../bench/measure/process-usage.ts';
import type { Clock } from '../../../src/runtime/clock.ts';

/** How often the memory of a process is read, milliseconds. */
const PERIOD_MS = 5_000;

/** The memory of all processes. */
export interface MemoryUse {
  readonly peakMiB: number;
  /** `undefined` where no process was older than a minute. */
  readonly growthMiBPerMinute: number | undefined;
}

/** Reads the resident memory of processes while they run (Linux; elsewhere there is nothing to read). */
export class MemoryMeter {
  readonly #clock: Clock;
  readonly #processes: MemorySample[][] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Until the process with this id, which was just started, has ended. */
  watch(pid: number): void {
    const startedAt = this.#clock.monotonic();
    const samples: MemorySample[] = [];
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

/** Resident memory; `undefined` after the end of the process. */
function rssOf(pid: number): number | undefined {
  try {
    return usageOf(pid).rssMiB;
  } catch {
    return undefined;
  }
}
