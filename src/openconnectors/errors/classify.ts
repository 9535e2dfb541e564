import { z } from 'zod';
import type { TransportResponse } from '../../http/client/request.ts';
import { ABORTED, NOT_HTTP, TOO_LARGE, type TransportError } from '../../http/client/transport-error.ts';
import { retryAfterMs } from '../../runtime/retry-after.ts';
import { FORBIDDEN_ADDRESS } from '../transport/address-guard.ts';
import type { Effect, UnreadableResponse } from '../transport/call.ts';
import { PROXY_STATUS } from '../transport/proxy-tunnel.ts';
import { cleanMessage } from './clean-message.ts';
import { type ErrorSource, type Processed, RemoteError, type RemoteErrorClass } from './remote-error.ts';

/** The context of a classification, besides the response. */
export interface CallContext {
  readonly effect: Effect;
  /** The call carried an instance token, so that the response may come from the provider. */
  readonly withInstanceToken: boolean;
  /** Every secret that the call carried. None may appear in the message. */
  readonly secrets: readonly string[];
  /** Wall clock, for a `Retry-After` date in a response without `Date`. */
  readonly nowMs: number;
}

/** The API's own error: `{"requestId": "...", "message": "..."}`, with `providerMessage` where the provider is the cause. */
const ownError = z.looseObject({
  requestId: z.string().min(1),
  message: z.string().min(1),
  providerMessage: z.string().nullish(),
});

type OwnError = z.infer<typeof ownError>;

/**
 * The error body of the API in a response, or `undefined`. The request id is required: gateways also respond with JSON
 * and a `message` (`{"message":"Not Found"}` of Kong and AWS API Gateway), and their 404 proves nothing about an
 * instance.
 */
function readOwnError(response: TransportResponse): OwnError | undefined {
  const parsed = ownError.safeParse(parseJson(response.body));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The class of an unknown outcome. */
function unknownOutcome(effect: Effect): RemoteErrorClass {
  return effect === 'once' ? 'ambiguous' : 'unavailable';
}

function classOfStatus(status: number, effect: Effect, own: OwnError | undefined): RemoteErrorClass {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return own === undefined ? 'unexpected' : 'not-found';
    case 408:
      // Some gateways return it when their upstream was too slow.
      return unknownOutcome(effect);
    case 425:
      return 'unavailable';
    case 407:
      return 'unexpected';
    case 429:
      return 'throttled';
    default:
      return status >= 500 ? unknownOutcome(effect) : status >= 400 ? 'invalid' : 'unexpected';
  }
}

/** What a complete response other than 2xx proves about the request. */
function processedOf(status: number, own: OwnError | undefined): Processed {
  if (own === undefined || status < 400 || status >= 500) {
    return 'unknown';
  }
  switch (status) {
    case 408:
    case 425:
      return 'unknown';
    case 429:
      // With a message of the provider, Open Connectors had started to process the request.
      return typeof own.providerMessage === 'string' ? 'unknown' : 'no';
    default:
      return 'refused';
  }
}

function sourceOf(status: number, own: OwnError | undefined, withInstanceToken: boolean): ErrorSource {
  const isPassedOn = withInstanceToken && status === 429 && own === undefined;
  return isPassedOn || typeof own?.providerMessage === 'string' ? 'provider' : 'open-connectors';
}

const sentences: Readonly<Record<RemoteErrorClass, string>> = {
  unauthorized: 'Open Connectors rejected the credentials',
  forbidden: 'Open Connectors denied the request',
  'not-found': 'Open Connectors did not find the object',
  invalid: 'Open Connectors rejected the request',
  throttled: 'Open Connectors throttles requests',
  unavailable: 'Open Connectors is not available',
  ambiguous: 'The outcome of the request is unknown',
  unexpected: 'Unexpected response of Open Connectors',
};

/** The error of a complete response; `undefined` for 2xx. */
export function errorOfResponse(response: TransportResponse, context: CallContext): RemoteError | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) {
    return undefined;
  }
  const own = readOwnError(response);
  const errorClass = classOfStatus(status, context.effect, own);
  const said = cleanMessage(
    [own?.message, own?.providerMessage].filter((text) => typeof text === 'string').join(' - provider: '),
    context.secrets,
  );
  return new RemoteError(
    errorClass,
    `${sentences[errorClass]} (HTTP ${status})${said === '' ? '' : `: ${said}`}`,
    {
      status,
      retryAfterMs: retryAfterMs(response.headers, context.nowMs),
      processed: processedOf(status, own),
      source: sourceOf(status, own, context.withInstanceToken),
    },
  );
}

/**
 * The error without a complete response. If nothing was sent, nothing was processed. A 4xx or 5xx in the head counts
 * without the body. Otherwise the outcome is unknown.
 */
export function errorOfTransport(error: TransportError, context: CallContext): RemoteError {
  const { effect } = context;
  if (!error.sent) {
    const through = error.proxy === undefined ? '' : ` through the proxy ${error.proxy}`;
    return new RemoteError(
      'unavailable',
      `No connection to Open Connectors${through}: ${reasonOfFailure(error.code)}`,
      { processed: 'no' },
    );
  }
  if (error.head !== undefined && error.head.status >= 300) {
    const ofHead = errorOfResponse({ ...error.head, body: '' }, context);
    if (ofHead !== undefined) {
      return ofHead;
    }
  }
  const status = error.head?.status;
  const unreadable = (error.code === TOO_LARGE || error.code === NOT_HTTP) && effect !== 'once';
  const errorClass = unreadable ? 'unexpected' : unknownOutcome(effect);
  return new RemoteError(errorClass, `${sentences[errorClass]}: ${reasonOfFailure(error.code)}`, { status });
}

/**
 * The error of a 2xx response that cannot be parsed. After a create it is `ambiguous`, because an instance may exist
 * and the grant is spent: the caller searches instead of sending again.
 */
export function errorOfUnreadable(
  error: UnreadableResponse,
  status: number,
  context: CallContext,
): RemoteError {
  const errorClass = context.effect === 'once' ? 'ambiguous' : 'unexpected';
  const what = cleanMessage(error.message, context.secrets);
  return new RemoteError(errorClass, `${sentences[errorClass]} (HTTP ${status}): ${what}`, { status });
}

/** A description with the code, which is one of Node.js, OpenSSL or undici. */
function reasonOfFailure(code: string): string {
  switch (code) {
    case FORBIDDEN_ADDRESS:
      return 'the host has no public address and is not exempt from the address check';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name cannot be resolved (${code})`;
    case ABORTED:
      return 'no response in time';
    case TOO_LARGE:
      return 'the response is too large';
    case NOT_HTTP:
      return 'the response is not HTTP';
    case 'UND_ERR_CLOSED':
    case 'UND_ERR_DESTROYED':
      return 'the account settings changed meanwhile';
    case `${PROXY_STATUS}407`:
      return 'the proxy rejected the credentials in HTTPS_PROXY (HTTP 407)';
    default:
      if (code.startsWith(PROXY_STATUS)) {
        return `the proxy did not open a tunnel (${code})`;
      }
      return /^(?:ERR_(?:TLS|SSL)|CERT_|UNABLE_|DEPTH_|SELF_SIGNED)/.test(code)
        ? `the server's certificate or TLS is not accepted (${code})`
        : `the connection failed (${code})`;
  }
}
