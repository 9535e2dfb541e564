import type { TransportResponse } from '../../http/client/request.ts';
import { ABORTED, TransportError } from '../../http/client/transport-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type AccountCredentials, authorizationHeader } from '../authorization.ts';
import type { Budget } from '../budget.ts';
import {
  type CallContext,
  errorOfResponse,
  errorOfTransport,
  errorOfUnreadable,
} from '../errors/classify.ts';
import { RemoteError, type RemoteErrorClass } from '../errors/remote-error.ts';
import { refuseMaskedValues } from '../masked-values.ts';
import type { BaseUrl } from './base-url.ts';
import { type Call, type Caller, type OperationName, UnreadableResponse } from './call.ts';
import type { Transport } from './transport.ts';

const DEFAULT_MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

/** The outcome of a request: a response, an error, aborted by the caller, or rejected by the fencing guard. */
export type CallOutcome = 'ok' | RemoteErrorClass | 'aborted' | 'fenced';

/** The report of a request, without secrets. */
export interface CallObservation {
  readonly operation: OperationName;
  readonly outcome: CallOutcome;
  /** HTTP status; absent without a response. */
  readonly status: number | undefined;
  /** Milliseconds from the end of the wait for the limits to the end of the call. */
  readonly durationMs: number;
}

export interface CallerOptions {
  readonly base: BaseUrl;
  readonly credentials: AccountCredentials;
  /** Deadline of a call in milliseconds, from the end of the wait for the limits to the last byte of the response. */
  readonly timeoutMs: number;
  /** The same for creates and reauthorizations, in which Open Connectors calls the provider (usually 20 s). */
  readonly createTimeoutMs: number;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly budget?: Budget | undefined;
  /**
   * Fencing guard: called in the tick in which a write is sent. If it throws, nothing is sent and the call rejects with
   * its error.
   */
  readonly guard?: (() => void) | undefined;
  /** Receives every request. Must not throw. */
  readonly observe?: ((observation: CallObservation) => void) | undefined;
}

/** The steps of every request: checks, limits, deadline, fencing, transport, classification, report. */
export function createCaller(options: CallerOptions): Caller {
  return async (call, signal, turn) => {
    signal?.throwIfAborted();
    refuseMaskedValues(call.body);
    const send = () => observed(options, call, signal);
    if (turn !== undefined) {
      return turn.run(send);
    }
    return options.budget === undefined ? send() : options.budget.run(send, signal);
  };
}

async function observed<Result>(
  options: CallerOptions,
  call: Call<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const { clock, observe } = options;
  const startedAt = clock.monotonic();
  const fence = createFence(call.effect === 'none' ? undefined : options.guard);
  const report = (outcome: CallOutcome, status?: number): void =>
    observe?.({ operation: call.operation, outcome, status, durationMs: clock.monotonic() - startedAt });
  try {
    const response = await answered(options, call, fence, signal);
    const result = understood(options, call, response);
    report('ok', response.status);
    return result;
  } catch (error) {
    if (error instanceof RemoteError) {
      report(error.class, error.status);
    } else {
      report(fence.closed ? 'fenced' : 'aborted');
    }
    throw error;
  }
}

/** A complete response. @throws RemoteError without one, the reason of the signal, or the error of the guard. */
async function answered<Result>(
  options: CallerOptions,
  call: Call<Result>,
  fence: Fence,
  signal: AbortSignal | undefined,
): Promise<TransportResponse> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal?.addEventListener('abort', end, { once: true });
  const cancelDeadline = options.clock.schedule(
    call.effect === 'once' ? options.createTimeoutMs : options.timeoutMs,
    end,
  );
  try {
    return await options.transport.send({
      method: call.method,
      path: pathOf(options.base, call),
      headers: headersOf(options.credentials, call),
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      maxResponseBytes: call.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
      signal: ending.signal,
      beforeSend: fence.check,
    });
  } catch (error) {
    if (!(error instanceof TransportError)) {
      throw error;
    }
    if (error.code === ABORTED) {
      signal?.throwIfAborted();
    }
    throw errorOfTransport(error, callContextOf(options, call));
  } finally {
    cancelDeadline();
    signal?.removeEventListener('abort', end);
  }
}

/** The result of a response. @throws RemoteError for an error response, or one that cannot be parsed. */
function understood<Result>(options: CallerOptions, call: Call<Result>, response: TransportResponse): Result {
  const context = callContextOf(options, call);
  const refusal = errorOfResponse(response, context);
  if (refusal !== undefined) {
    throw refusal;
  }
  try {
    return call.read(response);
  } catch (error) {
    throw error instanceof UnreadableResponse ? errorOfUnreadable(error, response.status, context) : error;
  }
}

/** The guard, and whether it rejected the request. */
interface Fence {
  readonly closed: boolean;
  readonly check: () => void;
}

function createFence(guard: (() => void) | undefined): Fence {
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    check() {
      if (guard !== undefined) {
        closed = true;
        guard();
        closed = false;
      }
    },
  };
}

function pathOf<Result>(base: BaseUrl, call: Call<Result>): string {
  const query = new URLSearchParams();
  for (const [name, value] of call.query ?? []) {
    query.append(name, value);
  }
  return `${base.path}${call.path}${query.size === 0 ? '' : `?${query}`}`;
}

function headersOf<Result>(credentials: AccountCredentials, call: Call<Result>): Record<string, string> {
  return {
    accept: 'application/json',
    authorization: authorizationHeader(credentials, call.instanceToken),
    'user-agent': 'infusionsoft-connector-operator',
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
}

function callContextOf<Result>(options: CallerOptions, call: Call<Result>): CallContext {
  const { userSecret, organizationSecret } = options.credentials;
  const token = call.instanceToken === undefined ? [] : [call.instanceToken];
  return {
    effect: call.effect,
    withInstanceToken: call.instanceToken !== undefined,
    secrets: [userSecret, organizationSecret, ...token, ...(call.secrets ?? [])],
    nowMs: options.clock.now(),
  };
}
