const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A span of milliseconds in its largest unit, as kubectl shows ages: `3h`, `12d`. Below a second: `0s`. */
export function formatSpan(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= length) ?? ['s', 1_000];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}

/** Since or until a moment in RFC 3339: `3h ago`, `in 4m`; the text itself where it is no moment. */
export function formatMoment(moment: string, now: number): string {
  const at = Date.parse(moment);
  if (Number.isNaN(at)) {
    return moment;
  }
  return at > now ? `in ${formatSpan(at - now)}` : `${formatSpan(now - at)} ago`;
}
