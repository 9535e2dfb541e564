import type { Clock } from '../../../src/runtime/clock.ts';
import type { Fate, Fates, WireCall } from '../wire/fate.ts';

/** A request to Open Connectors, in milliseconds on the monotonic clock. */
export interface TimedCall {
  readonly call: WireCall;
  readonly at: number;
  /** Absent while it is open. */
  readonly endedAt?: number;
}

/** The requests of a session to Open Connectors with their times, which a probe can slow down. */
export interface Traffic {
  readonly calls: readonly TimedCall[];
  /** The fate of all requests to Open Connectors from now on; absent: that of the session. */
  fate: Fate | undefined;
}

/** Records what leaves a session and when it ends; `fates` are those of the session. */
export function watchTraffic(fates: Fates): {
  readonly traffic: Traffic;
  /** To be called once the session has a clock. */
  readonly follow: (clock: Clock) => void;
  readonly fates: Fates;
  readonly onAnswer: (call: WireCall) => void;
} {
  const calls = new Map<number, TimedCall>();
  let now = (): number => 0;
  const traffic: Traffic = {
    get calls() {
      return [...calls.values()];
    },
    fate: undefined,
  };
  return {
    traffic,
    follow: (clock) => {
      now = () => clock.monotonic();
    },
    fates(call) {
      if (call.api !== 'external') {
        return fates(call);
      }
      calls.set(call.number, { call, at: now() });
      return traffic.fate ?? fates(call);
    },
    onAnswer({ number }) {
      const begun = calls.get(number);
      if (begun !== undefined) {
        calls.set(number, { ...begun, endedAt: now() });
      }
    },
  };
}
