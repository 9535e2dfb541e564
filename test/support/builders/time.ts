/** The wall clock of every input unless told otherwise: 2026-03-01T12:00:00Z. */
export const NOW = Date.UTC(2026, 2, 1, 12);

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** RFC 3339 with milliseconds, of a moment so far from `NOW` (milliseconds, negative for the past). */
export function at(offsetMs: number): string {
  return new Date(NOW + offsetMs).toISOString();
}

/** RFC 3339 in whole seconds, as status has it. */
export function second(offsetMs: number): string {
  return `${at(offsetMs).slice(0, 19)}Z`;
}
