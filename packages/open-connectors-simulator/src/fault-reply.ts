import { type Clock, sleep } from 'test-kit/clock.ts';
import { ApiError, errorAnswer } from './errors.ts';
import type { Fault } from './faults.ts';
import { type Answer, html, json, type Reply } from './wire.ts';

/** The request to which a fault applies. */
export interface FaultContext {
  readonly clock: Clock;
  readonly requestId: string;
  /** Processes the request and returns the true response. */
  readonly carryOut: () => Promise<Answer>;
  /** Marks the code of the request as used at the provider, without any other effect. */
  readonly spendCode: () => void;
  /** Resolves when the client disconnects. */
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

/** The response of a fault without other effects. */
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

/** Processes the request after `delayMs`, also after the client disconnected, unless the simulator stops before. */
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

/** Applies a fault: processes the request or not, and returns the response of the fault. */
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
