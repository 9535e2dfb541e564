/**
 * Milliseconds to wait as told by a `Retry-After` header (RFC 9110, 10.2.3): seconds or an HTTP date, compared with
 * `nowMs`. `undefined` when there is none or it is neither.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
