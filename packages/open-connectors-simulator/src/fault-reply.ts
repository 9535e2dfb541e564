import { type Clock, sleep } from 'test-kit/clock.ts';
import { ApiError, errorAnswer } from './errors.ts';
import type { Fault } from './faults.ts';
import { type Answer, html, json, type Reply } from './wire.ts';

/** What a fault needs to know of the request that it is laid over. */
export interface FaultContext {
  readonly clock: Clock;
  readonly requestId: string;
  /** Carries the request out and gives the true answer. */
  readonly carryOut: () => Promise<Answer>;
  /** Uses the code of the request up at the provider, without any other effect. */
  readonly spendCode: () => void;
  /** Resolves once the client has given up. */
  readonly clientGone: () => Promise<void>;
  /** Ends every wait when the simulator stops. */
  readonly stopped: AbortSignal;
}

const answer = (content: Answer): Reply => ({ kind: 'answer', ...content });

/** Keap's own body of a 429 (developer forum, 89944). */
const quotaExceeded = '{"code":"429","message":"Quota Exceeded","status":"Request Throttled"}';

function refusal(error: ApiError, { requestId }: FaultContext): Answer {
  const { headers, ...rest } = errorAnswer(error, requestId);
  return { ...rest, headers: { 'Elements-Request-Id': requestId, ...headers } };
}

function throttled(
  { retryAfterSeconds, retryAfterForm, origin, spendsCode }: Fault & { kind: 'throttle' },
  context: FaultContext,
): Answer {
  if (spendsCode) {
    context.spendCode();
  }
  const refused = refusal(
    origin === 'provider'
      ? new ApiError(429, 'The provider refused the request', quotaExceeded)
      : new ApiError(429, 'Too many requests'),
    context,
  );
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
  fault: Exclude<Fault, { kind: 'slow' | 'late-commit' | 'half' | 'meanwhile' }>,
  context: FaultContext,
): Reply {
  switch (fault.kind) {
    case 'throttle':
      return answer(throttled(fault, context));
    case 'status':
      return answer(
        refusal(
          new ApiError(fault.status, fault.message ?? 'Internal error', fault.providerMessage),
          context,
        ),
      );
    case 'gateway-json':
      return answer(json(fault.status ?? 404, { message: fault.message ?? 'Not Found' }));
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

/** Carries the request out after `delayMs`, with or without its client, unless the simulator stops before. */
function commitLater({ clock, carryOut, stopped }: FaultContext, delayMs: number): void {
  const cancel = clock.schedule(delayMs, () => {
    stopped.removeEventListener('abort', cancel);
    carryOut().catch((error: unknown) => {
      if (!stopped.aborted) {
        throw error;
      }
    });
  });
  stopped.addEventListener('abort', cancel, { once: true });
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
    case 'meanwhile': {
      if (fault.when === 'after') {
        const done = await carryOut();
        fault.act();
        return answer(done);
      }
      fault.act();
      return answer(await carryOut());
    }
    default:
      if ('when' in fault && fault.when === 'after') {
        await carryOut();
      } else if ('when' in fault && fault.when === 'later') {
        commitLater(context, fault.commitAfterMs ?? 0);
      }
      return surface(fault, context);
  }
}
