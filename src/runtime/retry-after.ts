/** Longest wait, milliseconds. */
export const LONGEST_RETRY_AFTER_MS = 60 * 60 * 1_000;

/** The three forms of HTTP-date (RFC 9110 5.6.7); only the last one lacks the zone. */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC850 = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

function parseHttpDate(text: string): number | undefined {
  const withZone = ASCTIME.test(text) ? `${text} GMT` : text;
  if (withZone === text && !IMF_FIXDATE.test(text) && !RFC850.test(text)) {
    return undefined;
  }
  const time = Date.parse(withZone);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * `Retry-After` (RFC 9110 10.2.3) in milliseconds from now: seconds, or a date. A date is compared with the `Date` of
 * the response, because the two clocks may differ, and with `nowMs` without one. Between 0 and one hour; `undefined`
 * where the header is absent or unreadable.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(value)) {
    return Math.min(Number(value) * 1_000, LONGEST_RETRY_AFTER_MS);
  }
  const due = parseHttpDate(value);
  if (due === undefined) {
    return undefined;
  }
  const answeredAt = parseHttpDate(headers['date']?.trim() ?? '') ?? nowMs;
  return Math.min(Math.max(0, due - answeredAt), LONGEST_RETRY_AFTER_MS);
}
