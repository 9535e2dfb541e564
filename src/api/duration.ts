/** The Go durations that the API accepts (`time.ParseDuration` without sign and without units below the millisecond). */
export const DURATION_PATTERN = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;

const NANOSECONDS = { ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n } as const;

/** Nanoseconds beyond which Go refuses a duration. */
const LONGEST = 2n ** 63n - 1n;

/**
 * Reads a Go duration such as `10m` or `1h30m`, in exact arithmetic, as the API server's CEL does.
 * Returns milliseconds (with a fraction where there is one), or `undefined` where it is none.
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) {
    return undefined;
  }
  let total = 0n;
  for (const [, whole = '0', fraction = '', unit = 'ms'] of text.matchAll(
    /([0-9]+)(?:\.([0-9]+))?(ms|s|m|h)/g,
  )) {
    const nanoseconds = NANOSECONDS[unit as keyof typeof NANOSECONDS];
    total +=
      BigInt(whole) * nanoseconds + (BigInt(fraction || '0') * nanoseconds) / 10n ** BigInt(fraction.length);
  }
  return total > LONGEST ? undefined : Number(total) / 1e6;
}
