import { authenticate, parseAuthorization } from './authorization.ts';
import { grantsIn } from './body.ts';
import type { Context } from './context.ts';
import { ApiError, errorAnswer } from './errors.ts';
import {
  authorizePath,
  decideConsent,
  exchangeToken,
  noPage,
  showConsent,
  tokenPath,
} from './handlers/consent.ts';
import type { Opening } from './ledger.ts';
import { ForwardedAnswer } from './outages.ts';
import { findRoute, type Match } from './router.ts';
import type { Answer, WireRequest } from './wire.ts';

/** Path prefix of the platform's API. */
export const apiPrefix = '/elements/api-v2';

/** Larger requests get 429 (SAP help, technical restrictions: 8 MB). */
export const largestRequestBytes = 8 * 1024 * 1024;

/** A request with its operation and its secrets. */
export interface Parsed {
  readonly request: WireRequest;
  readonly opening: Opening;
  readonly match: Match;
}

const providerPages: Readonly<Record<string, string>> = {
  [`GET ${authorizePath}`]: 'showConsent',
  [`POST ${authorizePath}`]: 'decideConsent',
  [`POST ${tokenPath}`]: 'exchangeToken',
};

/** Parses a request. Its secrets are in clear text. */
export function parse(request: WireRequest): Parsed {
  const { pathname, searchParams: query } = new URL(request.target, 'https://localhost');
  const secrets = parseAuthorization(request.headers.authorization);
  const { method } = request;
  if (!pathname.startsWith(`${apiPrefix}/`)) {
    const operation = providerPages[`${method} ${pathname}`] ?? 'unknown';
    const opening = {
      area: 'provider',
      method,
      path: pathname,
      operation,
      query,
      secrets: {},
      code: undefined,
      refreshToken: undefined,
    } as const;
    return { request, opening, match: { kind: 'none' } };
  }
  const path = pathname.slice(apiPrefix.length);
  const match = findRoute(method, path, secrets.element !== undefined);
  const operation = match.kind === 'route' ? match.route.operation : 'unknown';
  return {
    request,
    match,
    opening: { area: 'api', method, path, operation, query, secrets, ...grantsIn(request.body) },
  };
}

/** The checks of the transport, before those of the operation. */
function checkRequest({ body, headers, method }: WireRequest): void {
  if (Buffer.byteLength(body) > largestRequestBytes) {
    throw new ApiError(429, 'The request is larger than 8 MB');
  }
  if (body !== '' && method !== 'GET' && !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    throw new ApiError(415, 'Unsupported media type');
  }
  if (!/(^|,)\s*(\*\/\*|application\/(json|\*))/i.test(headers.accept ?? '*/*')) {
    throw new ApiError(406, 'Not acceptable');
  }
}

function handleApi(context: Context, { request, match, opening }: Parsed): Answer {
  if (match.kind !== 'route') {
    throw match.kind === 'none'
      ? new ApiError(404, `No resource found for ${request.method} ${opening.path}`)
      : new ApiError(405, `Request method ${request.method} not supported`);
  }
  const { route, parameters } = match;
  const presented = parseAuthorization(request.headers.authorization);
  const open = route.access === 'none' && !context.knobs.elementsNeedAuthorization;
  const access = route.access === 'none' ? 'account' : route.access;
  const caller = open ? undefined : authenticate(context.state, presented, access);
  checkRequest(request);
  return route.handler({ context, parameters, query: opening.query, body: request.body, caller });
}

function handlePage(context: Context, { request, opening }: Parsed): Answer {
  switch (opening.operation) {
    case 'showConsent':
      return showConsent(context, opening.query);
    case 'decideConsent':
      return decideConsent(context, new URLSearchParams(request.body));
    case 'exchangeToken':
      return exchangeToken(context, new URLSearchParams(request.body), request.headers.authorization);
    default:
      throw noPage();
  }
}

/** Processes a request and returns its response, also for an error. */
export function answered(context: Context, parsed: Parsed, requestId: string): Answer {
  try {
    return parsed.opening.area === 'api' ? handleApi(context, parsed) : handlePage(context, parsed);
  } catch (error) {
    if (error instanceof ForwardedAnswer) {
      return error.answer;
    }
    if (error instanceof ApiError) {
      return errorAnswer(error, requestId);
    }
    throw error;
  }
}
