/**
 * The classes of errors of the external API, by how to retry:
 *
 * - `unauthorized` (401): the credentials of the account or the instance token are rejected. Not retryable.
 * - `forbidden` (403): a privilege is missing, or a hub call on a disabled instance.
 * - `not-found`: a 404 in the API's own error format (`requestId` and `message`). A 404 of a gateway is `unexpected`, also
 *   one with `{"message":"Not Found"}`.
 * - `invalid` (400, 405, 406, 409, 413, 415, 422 and the rest of 4xx): the request is rejected and fails again.
 * - `throttled` (429, and calls during a pause of the account after one): retry after `retryAfterMs`, or with backoff.
 *   `source` is the scope of the delay: the account, or this instance only.
 * - `unavailable`: nothing was processed (connection refused or not in time), or the call is safe to repeat (timeout,
 *   reset, 408 or 5xx on a read, PATCH, enable, disable or delete).
 * - `ambiguous`: a create or a reauthorization was sent and its outcome is unknown (timeout, reset, 408, 5xx, or a 2xx
 *   that cannot be parsed). Search for the outcome before sending again.
 * - `unexpected`: a response that cannot be parsed (not JSON, wrong shape, a redirect, too large, a 404 that is not the
 *   API's own). A repeatable write may have been processed.
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
 * What an error proves about the request:
 *
 * - `no`: not processed. Nothing was sent (DNS, TCP, TLS, a pause of the account, a check before sending), or the response
 *   is a 429 of Open Connectors itself, in its own error format without `providerMessage`. Only then may a credential be
 *   sent again.
 * - `refused`: Open Connectors processed and rejected the request: any other 4xx in its own error format, except 408, 425,
 *   and a 429 that it forwards from the provider.
 * - `unknown`: everything else. The request may be processed, now or later.
 */
export type Processed = 'no' | 'refused' | 'unknown';

/**
 * The cause of an error: Open Connectors (or the network), or the provider of one instance. An error of the provider
 * has a `providerMessage`, or is a 429 to a call with an instance token that is not in the format of Open Connectors.
 * It concerns that instance only and never pauses the account.
 */
export type ErrorSource = 'open-connectors' | 'provider';

/**
 * The only error that leaves `src/openconnectors`. Carries the class, the status code and a cleaned message;
 * never a body, a header or a URL with a query. The message is stable: no request ids, no times.
 */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly class: RemoteErrorClass;
  /** HTTP status; absent without a response. */
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
