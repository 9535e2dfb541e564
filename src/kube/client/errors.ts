import type { ResourcePath } from './paths.ts';

/**
 * The errors of the Kubernetes API, as a closed set, created in one place from status, body and transport error.
 * client-node's `ApiException`, whose message has body and headers, never leaves it.
 */
export type KubeErrorKind =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'throttled'
  | 'server'
  | 'network'
  | 'timeout';

/** `message` is safe to log and to put in a condition: method, resource path and the Status' reason; never a body or header. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly kind: KubeErrorKind;
  readonly status: number | undefined;
  /** The resource of the call; `undefined` only for an error that was not created from a call. */
  readonly resource: ResourcePath | undefined;
  /** `Status.reason` of the response, such as `AlreadyExists`. */
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: KubeErrorKind,
    message: string,
    details: {
      resource?: ResourcePath | undefined;
      status?: number | undefined;
      reason?: string | undefined;
      retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message);
    this.kind = kind;
    this.resource = details.resource;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether `error` is a `KubeError` of one of `kinds`. */
export function isKubeError(error: unknown, ...kinds: readonly KubeErrorKind[]): error is KubeError {
  return error instanceof KubeError && (kinds.length === 0 || kinds.includes(error.kind));
}
