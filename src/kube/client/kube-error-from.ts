import { retryAfterMs } from '../../runtime/retry-after.ts';
import { KubeError, type KubeErrorKind } from './errors.ts';
import { isRecord } from './object.ts';
import { formatPath, type ResourcePath } from './paths.ts';

/** The used parts of a response that is not a success. */
export interface FailedResponse {
  readonly method: string;
  readonly path: ResourcePath;
  readonly status: number;
  /** `Retry-After` as received. */
  readonly retryAfter: string | undefined;
  /** The parsed body, usually a `metav1.Status`; only its `reason` is kept. */
  readonly body: unknown;
}

/** The error for a response that is not 2xx. `nowMs` is wall clock, for a `Retry-After` that is a date. */
export function kubeErrorFromResponse(response: FailedResponse, nowMs: number): KubeError {
  const reason = statusReason(response.body);
  const kind = kindOf(response.status, reason);
  const label = reason === undefined ? kind : reason;
  return new KubeError(kind, `${response.method} ${formatPath(response.path)}: ${response.status} ${label}`, {
    resource: response.path,
    status: response.status,
    reason,
    retryAfterMs: retryAfterMs({ 'retry-after': response.retryAfter ?? '' }, nowMs),
  });
}

/** The error for a `metav1.Status` that came as an ERROR event of a watch. */
export function kubeErrorFromStatus(path: ResourcePath, status: unknown): KubeError {
  const code = isRecord(status) && typeof status['code'] === 'number' ? status['code'] : 500;
  return kubeErrorFromResponse(
    { method: 'WATCH', path, status: code, retryAfter: undefined, body: status },
    0,
  );
}

/** The error for a request without a complete response. Returns a `KubeError` unchanged. */
export function kubeErrorFromTransport(method: string, path: ResourcePath, error: unknown): KubeError {
  if (error instanceof KubeError) {
    return error;
  }
  const code = transportCode(error);
  const kind = code !== undefined && timeoutCodes.has(code) ? 'timeout' : 'network';
  return callError(kind, method, path, code ?? 'connection failed');
}

/** An error of a call without a usable response. */
export function callError(
  kind: KubeErrorKind,
  method: string,
  path: ResourcePath,
  problem: string,
): KubeError {
  return new KubeError(kind, `${method} ${formatPath(path)}: ${problem}`, { resource: path });
}

const timeoutCodes = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** A system or undici error code; messages are left out, as they may hold anything. */
function transportCode(error: unknown): string | undefined {
  if (!isRecord(error)) {
    return undefined;
  }
  const { code, cause } = error;
  if (typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code)) {
    return code;
  }
  return transportCode(cause);
}

function statusReason(body: unknown): string | undefined {
  if (!isRecord(body) || body['kind'] !== 'Status') {
    return undefined;
  }
  const reason = body['reason'];
  return typeof reason === 'string' && /^[A-Za-z]{1,60}$/.test(reason) ? reason : undefined;
}

function kindOf(status: number, reason: string | undefined): KubeErrorKind {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 409:
      return reason === 'AlreadyExists' ? 'already-exists' : 'conflict';
    case 410:
      return 'gone';
    case 422:
      return 'invalid';
    case 429:
      return 'throttled';
    case 408:
    case 504:
      return 'timeout';
    default:
      return status >= 500 ? 'server' : 'bad-request';
  }
}
