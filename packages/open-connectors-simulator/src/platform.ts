import { sleep } from 'test-kit/clock.ts';
import type { Context } from './context.ts';
import { answered, type Parsed, parse } from './dispatch.ts';
import { applyFault } from './fault-reply.ts';
import type { Faults } from './faults.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Answer, Reply, WireRequest } from './wire.ts';

/** The platform and the provider without a socket: maps a request to a response. */
export interface Platform {
  exchange(request: WireRequest): Promise<Reply>;
  /** Ends all waits and drops pending commits. */
  stop(): void;
}

/** Whether the operation calls the token endpoint of the provider. */
const provisions = ({ codeFingerprint, refreshTokenFingerprint }: LedgerEntry): boolean =>
  codeFingerprint !== undefined || refreshTokenFingerprint !== undefined;

const until = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });

export function createPlatform(context: Context, ledger: Ledger, faults: Faults): Platform {
  const stopping = new AbortController();
  const never = new AbortController().signal;
  const rateLimit = createRateLimit(context);

  const carryOut = async (parsed: Parsed, entry: LedgerEntry, requestId: string): Promise<Answer> => {
    if (provisions(entry) && context.knobs.provisioningMs > 0) {
      await sleep(context.clock, context.knobs.provisioningMs, stopping.signal);
    }
    const done = rateLimit(parsed.opening.secrets, requestId) ?? answered(context, parsed, requestId);
    entry.committed = done.status < 400;
    const headers = entry.area === 'api' ? { 'Elements-Request-Id': requestId } : {};
    return { ...done, headers: { ...headers, ...done.headers } };
  };

  const reply = async (parsed: Parsed, entry: LedgerEntry): Promise<Reply> => {
    const requestId = context.ids.requestId();
    const fault = faults.pick(entry);
    entry.fault = fault?.kind;
    if (context.knobs.latencyMs > 0) {
      await sleep(context.clock, context.knobs.latencyMs, stopping.signal);
    }
    if (fault === undefined) {
      return { kind: 'answer', ...(await carryOut(parsed, entry, requestId)) };
    }
    return applyFault(fault, {
      clock: context.clock,
      requestId,
      stopped: stopping.signal,
      carryOut: () => carryOut(parsed, entry, requestId),
      spendCode: () => {
        if (parsed.opening.code !== undefined) {
          context.provider.spendCode(parsed.opening.code);
        }
      },
      clientGone: () => until(AbortSignal.any([parsed.request.gone ?? never, stopping.signal])),
    });
  };

  return {
    async exchange(request) {
      const parsed = parse(request);
      const entry = ledger.open(parsed.opening);
      const gone = (): void => {
        entry.abortedByClient = entry.status === undefined;
      };
      request.gone?.addEventListener('abort', gone, { once: true });
      const result = await reply(parsed, entry);
      if (result.kind !== 'hang' && result.kind !== 'half') {
        // A later disconnect is caused by the response, not by the client.
        request.gone?.removeEventListener('abort', gone);
      }
      if (!request.gone?.aborted && (result.kind === 'answer' || result.kind === 'half')) {
        entry.status = result.status;
      }
      entry.outcome = entry.fault !== undefined ? 'faulted' : entry.committed ? 'committed' : 'refused';
      return result;
    },
    stop: () => stopping.abort(new Error('the simulator has stopped')),
  };
}
