const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Milliseconds in their largest unit, as kubectl prints ages: `3h`, `12d`; less than a second is `0s`. */
export function formatSpan(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= length) ?? ['s', 1_000];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}

/** The distance to a time in RFC 3339: `3h ago`, `in 4m`. Other text is returned unchanged. */
export function formatRelativeTime(time: string, now: number): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) {
    return time;
  }
  return at > now ? `in ${formatSpan(at - now)}` : `${formatSpan(now - at)} ago`;
}
