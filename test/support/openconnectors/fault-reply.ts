import { type Clock, sleep } from '../../../src/runtime/clock.ts';
import { ApiError, errorAnswer } from './errors.ts';
import type { Fault } from './faults.ts';
import { type Answer, html, json, type Reply } from './wire.ts';

/** What a fault needs to know of the request that it is laid over. */
export interface FaultContext {
  readonly clock: Clock;
  readonly requestId: string;
  /** Carries the request out and gives the true answer. */
  readonly carryOut: () => Promise<Answer>;
  /** Resolves once the client has given up. */
  readonly clientGone: () => Promise<void>;
  /** Ends every wait when the simulator stops. */
  readonly stopped: AbortSignal;
}

const answer = (content: Answer): Reply => ({ kind: 'answer', ...content });

function throttled(
  { retryAfterSeconds, retryAfterForm, providerMessage }: Fault & { kind: 'throttle' },
  context: FaultContext,
): Answer {
  const refused = errorAnswer(new ApiError(429, 'Too many requests', providerMessage), context.requestId);
  if (retryAfterSeconds === undefined) {
    return refused;
  }
  const date = new Date(context.clock.now() + retryAfterSeconds * 1000).toUTCString();
  return {
    ...refused,
    headers: {
      ...refused.headers,
      'Retry-After': retryAfterForm === 'date' ? date : String(retryAfterSeconds),
    },
  };
}

/** What the client gets to see of a fault that has no other effect. */
function surface(
  fault: Exclude<Fault, { kind: 'slow' | 'late-commit' | 'half' }>,
  context: FaultContext,
): Reply {
  switch (fault.kind) {
    case 'throttle':
      return answer(throttled(fault, context));
    case 'status':
      return answer(errorAnswer(new ApiError(fault.status, 'Internal error'), context.requestId));
    case 'gateway-page': {
      const status = fault.status ?? 404;
      return answer(html(status, `${status} from gateway`, '<p>nginx</p>'));
    }
    case 'garbage':
      return answer({ ...json(200, null), body: fault.body ?? '{"id": 12, "name": ' });
    case 'redirect':
      return answer({
        status: 302,
        headers: { Location: fault.location ?? 'https://login.example.com/' },
        body: '',
      });
    case 'oversized':
      return answer(json(200, [{ padding: 'x'.repeat(fault.bytes) }]));
    case 'reset':
    case 'hang':
      return { kind: fault.kind };
  }
}

/** Carries a request out, or not, and gives what the client gets to see instead of the true answer. */
export async function applyFault(fault: Fault, context: FaultContext): Promise<Reply> {
  const { clock, carryOut, stopped } = context;
  switch (fault.kind) {
    case 'slow': {
      if (fault.when === 'after') {
        const done = await carryOut();
        await sleep(clock, fault.delayMs, stopped);
        return answer(done);
      }
      await sleep(clock, fault.delayMs, stopped);
      return answer(await carryOut());
    }
    case 'late-commit':
      await context.clientGone();
      await sleep(clock, fault.delayMs ?? 0, stopped);
      await carryOut();
      return { kind: 'reset' };
    case 'half':
      return { kind: 'half', end: fault.end ?? 'reset', ...(await carryOut()) };
    default:
      if ('when' in fault && fault.when === 'after') {
        await carryOut();
      }
      return surface(fault, context);
  }
}
