/** Until this age a process grows because it fills its caches, milliseconds. */
const GROWN_UP_MS = 30_000;
const MINUTE_MS = 60_000;

/** Resident memory of a process at an age. */
export interface MemorySample {
  readonly ageMs: number;
  readonly rssMiB: number;
}

/**
 * The growth in MiB per minute that explains best the samples of all grown-up processes: one slope, each process with a
 * level of its own. `undefined` where no process was older than a minute.
 */
export function growthOf(processes: readonly (readonly MemorySample[])[]): number | undefined {
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
