import { type Clock, sleep } from 'test-kit/clock.ts';
import type { ServiceAccountTokens } from '../access/tokens.ts';
import type { Context } from '../context.ts';
import type { Fault, Faults } from '../faults.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';
import { type Attributes, attributesOf } from '../rbac/attributes.ts';
import { type Authorizer, alwaysAllow } from '../rbac/authorizer.ts';
import { denial } from '../rbac/denial.ts';
import { ApiError, type Status } from '../status.ts';
import { type Answer, failureAnswer, send, valueAnswer } from './answer.ts';
import { type Authenticator, anonymous, authenticate, type User } from './authentication.ts';
import { mediaTypeOf } from './body.ts';
import { impersonated } from './impersonation.ts';
import { parseRequest, type RequestInfo } from './request-info.ts';
import { route } from './router.ts';
import type { HttpRequest, HttpResponse } from './wire.ts';

/** What the listener of a server needs. */
export interface ListenerParts {
  readonly context: Context;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly authenticator: Authenticator;
  readonly tokens: ServiceAccountTokens;
  readonly authorizer: Authorizer;
  /** Throws an ApiError when the user may not do this, besides what the authorizer says. */
  readonly authorize: (user: User, info: RequestInfo) => void;
  readonly bookmarkIntervalMs: number;
  /** Aborts when the server stops. */
  readonly stopped: AbortSignal;
}

/** Processes a request: ledger, faults, authentication, authorization, handler. */
export async function handle(
  parts: ListenerParts,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const info = parseRequest(request.method ?? 'GET', request.url ?? '/', request.headers['user-agent'] ?? '');
  const entry = record(parts, request, info);
  response.on('close', () => {
    entry.status = response.headersSent ? response.statusCode : 0;
  });
  const fault = parts.faults.take(info);
  if ((await before(parts, fault, response)) === 'done') {
    return;
  }
  const answer = await attempt(parts, request, response, info, entry, fault);
  if (answer === undefined) {
    entry.status = response.statusCode;
  } else if (fault?.kind === 'commit-then-reset') {
    response.destroy();
  } else {
    entry.status = answer.code;
    send(response, answer);
  }
}

async function attempt(
  parts: ListenerParts,
  request: HttpRequest,
  response: HttpResponse,
  info: RequestInfo,
  entry: Mutable<LedgerEntry>,
  fault: Fault | undefined,
): Promise<Answer | undefined> {
  try {
    const strangers = parts.authorizer !== alwaysAllow;
    const caller = authenticate(request, info.path, parts.authenticator, strangers);
    entry.user = caller.name;
    const user = impersonated(request, caller, (of, attributes) => check(parts, entry, of, attributes));
    entry.user = user.name;
    check(parts, entry, user, attributesOf(info));
    parts.authorize(user, info);
    const { context, faults, bookmarkIntervalMs, authorizer, tokens } = parts;
    const silent = fault?.kind === 'silent-watch';
    return await route({
      context,
      faults,
      bookmarkIntervalMs,
      authorizer,
      tokens,
      info,
      request,
      response,
      user,
      silent,
    });
  } catch (error) {
    return failureAnswer(error);
  }
}

function check(parts: ListenerParts, entry: Mutable<LedgerEntry>, user: User, attributes: Attributes): void {
  const { allowed, reason } = parts.authorizer.decide(user, attributes);
  if (!allowed) {
    entry.denied = true;
    throw denial(user, attributes, reason);
  }
}

/** Applies a fault before or instead of the request. */
async function before(
  parts: ListenerParts,
  fault: Fault | undefined,
  response: HttpResponse,
): Promise<'done' | 'continue'> {
  switch (fault?.kind) {
    case 'reset':
      response.destroy();
      return 'done';
    case 'hang':
      return 'done'; // The connection lives until either side gives up.
    case 'delay':
      await wait(parts.context.clock, fault.ms, parts.stopped);
      return 'continue';
    case 'respond':
      send(response, {
        ...valueAnswer(fault.status, fault.body ?? statusFor(fault.status)),
        headers: fault.headers ?? {},
      });
      return 'done';
    default:
      return 'continue';
  }
}

async function wait(clock: Clock, ms: number, stopped: AbortSignal): Promise<void> {
  await sleep(clock, ms, stopped);
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function statusFor(code: number): Status {
  return new ApiError(code, reasons[code], `injected fault with status ${code}`).status;
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

function record(
  { ledger, context }: ListenerParts,
  request: HttpRequest,
  info: RequestInfo,
): Mutable<LedgerEntry> {
  const entry: Mutable<LedgerEntry> = {
    method: info.method,
    path: info.path,
    query: Object.fromEntries(info.query),
    verb: info.verb,
    group: info.group,
    version: info.version,
    resource: info.resource,
    namespace: info.namespace,
    name: info.name,
    subresource: info.subresource,
    user: anonymous.name,
    userAgent: info.userAgent,
    contentType: mediaTypeOf(request),
    accept: request.headers.accept ?? '',
    at: context.clock.now(),
    denied: false,
    status: 0,
  };
  ledger.add(entry);
  return entry;
}
