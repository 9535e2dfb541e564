import type { Random } from '../../../src/runtime/random.ts';
import { pick } from '../../soak/seeds.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { LATE_COMMIT_WINDOW_MS } from '../environment/settings.ts';
import type { Api, CrashMoment, Fate, WireCall, WireFault } from '../wire/fate.ts';
import type { Profile } from './profile.ts';

/** The fates of a run. */
export interface SeededFates {
  of(call: WireCall): Fate;
  /** Lets every request to the API fail from now on, or not any more. */
  outage(api: Api, isOut: boolean): void;
  /** Ends faults, crashes and delays. */
  calm(): void;
}

const CRASHES: readonly CrashMoment[] = ['before', 'after commit', 'after answer'];
/** Shorter and longer than the Lease, milliseconds. */
const PAUSES = [5_000, 60_000, 60_000];
/** Latency after the storm, milliseconds. */
const CALM_MS = 5;

/**
 * Draws each fate from the seed and the number of the request alone, so that leaving one fault out moves no other.
 * `occurs` is asked for each fault and crash by its name.
 */
export function seededFates(
  seed: number,
  profile: Profile,
  occurs: (disturbance: string) => boolean,
): SeededFates {
  const outages = new Set<Api>();
  let isCalm = false;
  const isOut = (api: Api): boolean => !isCalm && outages.has(api);
  return {
    calm() {
      isCalm = true;
    },
    outage(api, begins) {
      if (begins) {
        outages.add(api);
      } else {
        outages.delete(api);
      }
    },
    of(call) {
      const random = seededRandom(mixed(seed, call));
      const longest = isCalm ? CALM_MS : profile.latencyMs;
      const way = (): number => 1 + Math.floor(random.fraction() * longest);
      const fate = { connectMs: random.fraction() < 0.2 ? way() : 0, travelMs: way(), answerMs: way() };
      if (call.isWatch) {
        fate.answerMs = isCalm ? CALM_MS : 1 + Math.floor(random.fraction() * profile.watchDelayMs);
      }
      if (isCalm) {
        return fate;
      }
      if (isOut(call.api)) {
        const isDown = call.api === 'kubernetes';
        return { ...fate, fault: isDown ? { kind: 'refused' } : { kind: 'status', status: 503 } };
      }
      const name = `${call.api} request ${call.index}`;
      const crash = random.fraction() < profile.crashes ? pick(random, CRASHES) : undefined;
      const fault = random.fraction() < profile.faults ? drawFault(random, call) : undefined;
      // Before the next call of a reconcile, which may be the one with the code.
      const isStep = call.api === 'external' || call.method === 'PATCH';
      const pauses = profile.replicas > 1 && isStep && random.fraction() < profile.crashes * 4;
      return {
        ...fate,
        ...(pauses && occurs(`pause at ${name}`) ? { pauseMs: pick(random, PAUSES) } : {}),
        ...(crash !== undefined && occurs(`crash at ${name}`) ? { crash } : {}),
        ...(fault !== undefined && occurs(`fault at ${name}`) ? { fault } : {}),
      };
    },
  };
}

function drawFault(random: Random, { api, method, isWatch }: WireCall): WireFault {
  const any: readonly WireFault[] = [
    { kind: 'refused' },
    { kind: 'lost' },
    { kind: 'answer lost' },
    { kind: 'hangs' },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 429 },
  ];
  if (isWatch) {
    return pick(random, [...any, { kind: 'silent' }, { kind: 'status', status: 410 }]);
  }
  const late: WireFault = {
    kind: 'late',
    ms: Math.floor(random.fraction() ** 2 * LATE_COMMIT_WINDOW_MS * 0.7),
  };
  if (api === 'kubernetes') {
    const conflict: WireFault = { kind: 'status', status: 409 };
    const gone: WireFault = { kind: 'status', status: 410 };
    return pick(random, [...any, late, ...(method === 'GET' ? [gone] : [conflict, conflict])]);
  }
  return pick(random, [
    ...any,
    late,
    late,
    { kind: 'status', status: 502 },
    { kind: 'status', status: 429, forwarded: true },
    { kind: 'gateway' },
  ]);
}

function mixed(seed: number, { api, index }: WireCall): number {
  const salt = api === 'kubernetes' ? 0x9e3779b9 : 0x85ebca6b;
  return (Math.imul(seed ^ salt, 0x27d4eb2d) ^ Math.imul(index, 0x165667b1)) >>> 0;
}
