/**
 * What can go wrong between us and Open Connectors, as a closed set. Each class says by itself how to retry:
 *
 * - `unauthorized` (401): the account's credentials or the instance token are refused. Retrying is useless.
 * - `forbidden` (403): a privilege is missing, or a hub call on a disabled instance.
 * - `not-found`: a 404 that carries the API's own JSON error (`requestId` and `message`). A gateway's 404 is
 *   `unexpected`, also one with `{"message":"Not Found"}`.
 * - `invalid` (400, 405, 406, 409, 413, 415, 422 and the rest of 4xx): the request itself is refused; the same request
 *   fails again.
 * - `throttled` (429, and calls held back while the account pauses because of one): retry after `retryAfterMs`, or with
 *   backoff. `source` tells whether the account or only this instance has to wait.
 * - `unavailable`: nothing was done at the remote side (connection refused, no connection in time), or repeating is
 *   harmless whatever was done (time-out, reset, 408 or 5xx on a read, a PATCH, an enable, disable or delete).
 * - `ambiguous`: a create or a re-authorization was sent and its outcome is unknown (time-out, reset, 408, 5xx, or 2xx
 *   with an answer that cannot be understood). Never send again before having searched for the outcome.
 * - `unexpected`: an answer that cannot be understood (not JSON, wrong shape, a redirect, too large, a 404 that is not
 *   the API's own). Of a write that is harmless to repeat it may have been done.
 */
export type RemoteErrorClass =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'invalid'
  | 'throttled'
  | 'unavailable'
  | 'ambiguous'
  | 'unexpected';

/**
 * What an error proves about the request, whatever its class:
 *
 * - `no`: the request was not processed. No byte of it left this process (DNS, TCP, TLS, the account's own pause, a
 *   check before sending), or it was answered by a 429 of Open Connectors itself: its own JSON error (`requestId` and
 *   `message`) without `providerMessage`. Only then may a credential be sent again.
 * - `refused`: Open Connectors processed the request and refused it: any other 4xx in its own JSON error, except 408,
 *   425, and a 429 that it forwards from the provider.
 * - `unknown`: everything else. The request may have been carried out, now or later.
 */
export type Processed = 'no' | 'refused' | 'unknown';

/**
 * Who caused an error: Open Connectors (or what lies between it and this process), or the provider behind one instance.
 * An error of the provider carries its words (`providerMessage`), or is a 429 to a call with an instance token that is
 * not in the format of Open Connectors. It is about that instance alone and never pauses the account.
 */
export type ErrorSource = 'open-connectors' | 'provider';

/**
 * The only error that leaves `src/openconnectors`. Carries the class, the status code and a cleaned message;
 * never a body, a header or a URL with a query. The message is stable: no request ids, no times.
 */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly class: RemoteErrorClass;
  /** HTTP status, absent where no answer came. */
  readonly status: number | undefined;
  /** From `Retry-After` in either form of RFC 9110 10.2.3, in milliseconds, capped at one hour. */
  readonly retryAfterMs: number | undefined;
  readonly processed: Processed;
  readonly source: ErrorSource;

  /** Unless given, `details.processed` is `unknown` and `details.source` is `open-connectors`. */
  constructor(
    errorClass: RemoteErrorClass,
    message: string,
    details: {
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      processed?: Processed | undefined;
      source?: ErrorSource | undefined;
    } = {},
  ) {
    super(message);
    this.class = errorClass;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.processed = details.processed ?? 'unknown';
    this.source = details.source ?? 'open-connectors';
  }
}
