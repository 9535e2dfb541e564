import { sleep } from '../../../src/runtime/clock.ts';
import { authenticate, parseAuthorization } from './authorization.ts';
import { grantsIn } from './body.ts';
import { ApiError, errorAnswer } from './errors.ts';
import { applyFault } from './fault-reply.ts';
import type { Faults } from './faults.ts';
import {
  authorizePath,
  decideConsent,
  exchangeToken,
  noPage,
  showConsent,
  tokenPath,
} from './handlers/consent.ts';
import type { Ledger, LedgerEntry, Opening } from './ledger.ts';
import { createRateLimit } from './rate-limit.ts';
import { findRoute, type Match } from './router.ts';
import type { Answer, Reply, WireRequest } from './wire.ts';
import type { World } from './world.ts';

/** Where the platform's API is below its host. */
export const apiPrefix = '/elements/api-v2';

/** Requests beyond this many bytes are refused with 429 (SAP help, technical restrictions: 8 MB). */
export const largestRequestBytes = 8 * 1024 * 1024;

/** The platform and the provider without any socket: one request in, what the client gets to see out. */
export interface Platform {
  exchange(request: WireRequest): Promise<Reply>;
  /** Ends every wait; what was to be committed later is dropped. */
  stop(): void;
}

interface Parsed {
  readonly request: WireRequest;
  readonly opening: Opening;
  readonly match: Match;
}

const providerPages: Readonly<Record<string, string>> = {
  [`GET ${authorizePath}`]: 'showConsent',
  [`POST ${authorizePath}`]: 'decideConsent',
  [`POST ${tokenPath}`]: 'exchangeToken',
};

function parse(request: WireRequest): Parsed {
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

/** The checks of the transport that come before the operation's own. */
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

function handleApi(world: World, { request, match, opening }: Parsed): Answer {
  if (match.kind !== 'route') {
    throw match.kind === 'none'
      ? new ApiError(404, `No resource found for ${request.method} ${opening.path}`)
      : new ApiError(405, `Request method ${request.method} not supported`);
  }
  const { route, parameters } = match;
  const presented = parseAuthorization(request.headers.authorization);
  const open = route.access === 'none' && !world.knobs.elementsNeedAuthorization;
  const access = route.access === 'none' ? 'account' : route.access;
  const caller = open ? undefined : authenticate(world.state, presented, access);
  checkRequest(request);
  return route.handler({ world, parameters, query: opening.query, body: request.body, caller });
}

function handlePage(world: World, { request, opening }: Parsed): Answer {
  switch (opening.operation) {
    case 'showConsent':
      return showConsent(world, opening.query);
    case 'decideConsent':
      return decideConsent(world, new URLSearchParams(request.body));
    case 'exchangeToken':
      return exchangeToken(world, new URLSearchParams(request.body), request.headers.authorization);
    default:
      throw noPage();
  }
}

function answered(world: World, parsed: Parsed, requestId: string): Answer {
  try {
    return parsed.opening.area === 'api' ? handleApi(world, parsed) : handlePage(world, parsed);
  } catch (error) {
    if (error instanceof ApiError) {
      return errorAnswer(error, requestId);
    }
    throw error;
  }
}

/** Whether the operation waits for the provider's token endpoint. */
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

export function createPlatform(world: World, ledger: Ledger, faults: Faults): Platform {
  const stopping = new AbortController();
  const never = new AbortController().signal;
  const rateLimit = createRateLimit(world);

  const carryOut = async (parsed: Parsed, entry: LedgerEntry, requestId: string): Promise<Answer> => {
    if (provisions(entry) && world.knobs.provisioningMs > 0) {
      await sleep(world.clock, world.knobs.provisioningMs, stopping.signal);
    }
    const done = rateLimit(parsed.opening.secrets, requestId) ?? answered(world, parsed, requestId);
    entry.committed = done.status < 400;
    const headers = entry.area === 'api' ? { 'Elements-Request-Id': requestId } : {};
    return { ...done, headers: { ...headers, ...done.headers } };
  };

  const reply = async (parsed: Parsed, entry: LedgerEntry): Promise<Reply> => {
    const requestId = world.ids.requestId();
    const fault = faults.pick(entry);
    entry.fault = fault?.kind;
    if (world.knobs.latencyMs > 0) {
      await sleep(world.clock, world.knobs.latencyMs, stopping.signal);
    }
    if (fault === undefined) {
      return { kind: 'answer', ...(await carryOut(parsed, entry, requestId)) };
    }
    return applyFault(fault, {
      clock: world.clock,
      requestId,
      stopped: stopping.signal,
      carryOut: () => carryOut(parsed, entry, requestId),
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
        // From here on it is this side that ends the connection.
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
