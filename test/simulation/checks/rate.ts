import type { Environment } from '../environment/environment.ts';
import type { WireCall } from '../wire/fate.ts';
import type { Violation } from './violation.ts';

/** The most requests of a process in a time. */
interface Limit {
  readonly windowMs: number;
  readonly most: number;
  /** What is counted together. */
  readonly of: (call: WireCall) => string;
  readonly words: string;
}

/** Far above what three connectors need, and below a loop without backoff. */
const LIMITS: readonly Limit[] = [
  { windowMs: 10_000, most: 150, of: ({ process }) => process, words: 'requests' },
  {
    windowMs: 60_000,
    most: 60,
    of: ({ process, method, target }) => `${process} ${method} ${target.replace(/\?.*/, '')}`,
    words: 'requests of one kind',
  },
];

/** Counts the requests of each process, and those of one kind. */
export function checkRate(
  { clock }: Environment,
  report: (violation: Violation) => void,
): ((call: WireCall) => void) & { readonly peaks: () => readonly number[] } {
  const counters = LIMITS.map((limit) => ({ limit, times: new Map<string, number[]>(), peak: 0 }));
  const check = (call: WireCall): void => {
    const now = clock.monotonic();
    for (const counter of counters) {
      const { windowMs, most, of, words } = counter.limit;
      const key = of(call);
      const recent = (counter.times.get(key) ?? []).filter((at) => now - at < windowMs);
      recent.push(now);
      counter.times.set(key, recent);
      counter.peak = Math.max(counter.peak, recent.length);
      if (recent.length === most) {
        report({ property: 'bounded calls', text: `${most} ${words} in ${windowMs / 1000} s: ${key}` });
      }
    }
  };
  return Object.assign(check, { peaks: () => counters.map(({ peak }) => peak) });
}
