/** Milliseconds of each unit of Go's `time.ParseDuration`. */
const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

const term = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)/g;
const whole = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|ns))+$/;

/**
 * Reads a duration in Go's syntax (`90s`, `1h30m`, `1.5s`, `0`) and returns milliseconds, or `undefined` where the text
 * is none. Signs are refused: no setting means a negative time. Source: https://pkg.go.dev/time#ParseDuration
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') {
    return 0;
  }
  if (!whole.test(text)) {
    return undefined;
  }
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(term)) {
    total += Number(amount) * (unitMs[unit] ?? Number.NaN);
  }
  return total;
}
