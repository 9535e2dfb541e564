import type { Environment } from '../environment/environment.ts';
import type { WireCall } from '../wire/fate.ts';
import type { Violation } from './violation.ts';

const WINDOW_MS = 10_000;
/** Far above what three connectors need in this time, and below a loop without backoff. */
const MOST = 150;

/** Counts the requests of each process. */
export function checkRate(
  { clock }: Environment,
  report: (violation: Violation) => void,
): ((call: WireCall) => void) & { readonly peak: () => number } {
  const times = new Map<string, number[]>();
  let peak = 0;
  const check = ({ process }: WireCall): void => {
    const now = clock.monotonic();
    const recent = (times.get(process) ?? []).filter((at) => now - at < WINDOW_MS);
    recent.push(now);
    times.set(process, recent);
    peak = Math.max(peak, recent.length);
    if (recent.length === MOST) {
      report({
        property: 'bounded calls',
        text: `${process} sends ${MOST} requests in ${WINDOW_MS / 1000} s`,
      });
    }
  };
  return Object.assign(check, { peak: () => peak });
}
