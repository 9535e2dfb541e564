import { pick } from '../../soak/seeds.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { Api, CrashMoment, Fate, WireCall } from '../wire/fate.ts';
import { carriesCredential } from './credential.ts';
import { isListing } from './listing.ts';
import { drawFault } from './menu.ts';
import type { Profile, Reaction } from './profile.ts';

/** The fates of a run. */
export interface SeededFates {
  of(call: WireCall): Fate;
  /** What a user or an administrator does while the call is under way. */
  reactionTo(call: WireCall): PlannedReaction | undefined;
  /** Lets every request to the API fail from now on, or not any more. */
  outage(api: Api, isOut: boolean): void;
  /** Ends faults, crashes and delays. */
  calm(): void;
}

/** One reaction to a call, `delayMs` after it began. */
export interface PlannedReaction {
  readonly id: string;
  readonly name: Reaction;
  readonly delayMs: number;
  readonly seed: number;
}

/** Before the answer of a call with a credential, around its deadline, and after it, milliseconds. */
const REACTION_DELAYS = [0, 20, 400, 11_000, 14_000];

const CRASHES: readonly CrashMoment[] = ['before', 'after commit', 'after answer'];
/** How much more likely a pause is at the read before a change of an instance: only there the Lease matters. */
const BEFORE_WRITE = 12;
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
    reactionTo(call) {
      const random = seededRandom(mixed(~seed, call));
      if (isCalm || random.fraction() >= profile.reactions || !isAim(call, profile)) {
        return undefined;
      }
      const id = `reaction to ${call.api} request ${call.index}`;
      const name = pick(random, profile.reactionMenu);
      const delayMs = pick(random, REACTION_DELAYS);
      return occurs(id)
        ? { id, name, delayMs, seed: Math.floor(random.fraction() * 0x1_0000_0000) }
        : undefined;
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
      const isStruck = random.fraction() < profile.faults;
      const isAimedAt = random.fraction() < profile.aimedFaults && isAim(call, profile);
      const menu = isAimedAt ? profile.aimedFaultMenu : profile.faultMenu;
      const fault = isStruck || isAimedAt ? drawFault(random, call, menu) : undefined;
      // Before the next call of a reconcile, which may be the one with the code.
      const isStep = call.api === 'external' || call.method === 'PATCH';
      const likely = profile.pauses * (isBeforeWrite(call) ? BEFORE_WRITE : 1);
      const pauses = profile.replicas > 1 && isStep && random.fraction() < likely;
      return {
        ...fate,
        ...(pauses && occurs(`pause at ${name}`) ? { pauseMs: pick(random, PAUSES) } : {}),
        ...(crash !== undefined && occurs(`crash at ${name}`) ? { crash } : {}),
        ...(fault !== undefined && occurs(`fault at ${name}`) ? { fault } : {}),
      };
    },
  };
}

/** Whether a change of an existing instance may follow in the tick of the answer. */
function isBeforeWrite({ api, method, target }: WireCall): boolean {
  return api === 'external' && method === 'GET' && /\/instances\/\d+$/.test(target);
}

function isAim(call: WireCall, { aim }: Profile): boolean {
  return aim === 'credentials' ? carriesCredential(call) : isListing(call);
}

function mixed(seed: number, { api, index }: WireCall): number {
  const salt = api === 'kubernetes' ? 0x9e3779b9 : 0x85ebca6b;
  return (Math.imul(seed ^ salt, 0x27d4eb2d) ^ Math.imul(index, 0x165667b1)) >>> 0;
}
