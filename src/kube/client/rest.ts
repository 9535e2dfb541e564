import type { Dispatcher } from 'undici';
import { createExchange } from '../../http/client/exchange.ts';
import type { TransportResponse } from '../../http/client/request.ts';
import { sleep } from '../../runtime/clock.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { KubeError } from './errors.ts';
import { callError, kubeErrorFromResponse, kubeErrorFromTransport } from './kube-error-from.ts';
import { isRecord } from './object.ts';
import { formatPath, pathTemplate, type ResourcePath } from './paths.ts';
import { LARGEST_BODY_BYTES, parseJson, parseLeniently, readBody } from './response-body.ts';
import type {
  CallOptions,
  DeleteOptions,
  GetOptions,
  KubeMethod,
  KubeRestOptions,
  ObservedCall,
  PatchOptions,
  Query,
  WriteGuard,
  WriteVerb,
} from './rest-options.ts';

export type * from './rest-options.ts';

interface Call {
  readonly method: KubeMethod;
  readonly path: ResourcePath;
  readonly verb: WriteVerb | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Whether the call is idempotent. */
  readonly isRepeatable: boolean;
  /** Whether it may open a connection where all others are busy. */
  readonly isUrgent?: boolean | undefined;
}

const patchContentTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
} as const;

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_TRIES = 4;
/** A longer `Retry-After` is returned with the error, for the caller to wait. */
const LONGEST_WAIT_MS = 10_000;
const DEFAULT_WAIT_MS = 1_000;

/**
 * Calls to the Kubernetes API: pooled connections, a deadline on every call, `Retry-After` honored, errors as
 * `KubeError`. Responses are parsed JSON, for the caller to validate.
 */
export class KubeRest {
  readonly #options: KubeRestOptions;

  constructor(options: KubeRestOptions) {
    this.#options = options;
  }

  /** The same client with another guard, `undefined` for none. */
  withGuard(guard: WriteGuard | undefined): KubeRest {
    return new KubeRest({ ...this.#options, guard });
  }

  get(path: ResourcePath, options: GetOptions = {}): Promise<unknown> {
    const headers = { accept: options.accept ?? 'application/json' };
    return this.#call(
      { method: 'GET', path, verb: undefined, headers, body: undefined, isRepeatable: true },
      options,
    );
  }

  /** POSTs `body` to a collection. Retried only when the server rejected it unprocessed. */
  create(path: ResourcePath, body: unknown, options: CallOptions = {}): Promise<unknown> {
    return this.#write('POST', 'create', path, body, 'application/json', false, options);
  }

  /** PUTs `body`, which should carry `metadata.resourceVersion`. */
  replace(path: ResourcePath, body: unknown, options: CallOptions = {}): Promise<unknown> {
    return this.#write('PUT', 'update', path, body, 'application/json', hasPrecondition(body), options);
  }

  /** Patches an object or its subresource; `metadata.resourceVersion` in a merge patch is a precondition. */
  patch(path: ResourcePath, body: unknown, options: PatchOptions): Promise<unknown> {
    const isRepeatable = hasPrecondition(body);
    const query = { ...options.query, fieldManager: options.fieldManager };
    const contentType = patchContentTypes[options.type];
    return this.#write('PATCH', 'patch', path, body, contentType, isRepeatable, { ...options, query });
  }

  delete(path: ResourcePath, options: DeleteOptions = {}): Promise<unknown> {
    const { preconditions } = options;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
    const isRepeatable = preconditions?.uid !== undefined;
    return this.#write('DELETE', 'delete', path, body, 'application/json', isRepeatable, options);
  }

  /**
   * Opens a watch and returns its body, a stream until it ends, fails or `signal` aborts. The deadline covers the time
   * until the response begins.
   */
  async watch(
    path: ResourcePath,
    options: GetOptions & { readonly signal: AbortSignal },
  ): Promise<Dispatcher.ResponseData['body']> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const connecting = new AbortController();
    using deadline = startDeadline(clock, this.#timeoutMs(options), options.signal);
    // The stream outlives the deadline, which applies only until the response begins.
    deadline.signal.addEventListener('abort', () => connecting.abort(deadline.signal.reason), { once: true });
    const stop = AbortSignal.any([options.signal, connecting.signal]);
    const headers = { accept: options.accept ?? 'application/json' };
    const call: Call = { method: 'GET', path, verb: undefined, headers, body: undefined, isRepeatable: true };
    const watch = { ...call, isUrgent: true };
    const answer = await this.#open(watch, options.query, stop).catch((error: unknown) => {
      throw this.#transportError({ ...call, method: 'GET' }, error, deadline.expired);
    });
    this.#observe('WATCH', path, String(answer.statusCode), startedAt);
    if (answer.statusCode === 200) {
      return answer.body;
    }
    const retryAfter = answer.headers['retry-after'];
    throw kubeErrorFromResponse(
      {
        method: 'WATCH',
        path,
        status: answer.statusCode,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
        body: parseLeniently(await readBody(answer.body)),
      },
      clock.now(),
    );
  }

  #write(
    method: KubeMethod,
    verb: WriteVerb,
    path: ResourcePath,
    body: unknown,
    contentType: string,
    isRepeatable: boolean,
    options: CallOptions,
  ): Promise<unknown> {
    const headers = { accept: 'application/json', 'content-type': contentType };
    return this.#call({ method, path, verb, headers, body: JSON.stringify(body), isRepeatable }, options);
  }

  async #call(call: Call, options: CallOptions): Promise<unknown> {
    const { clock } = this.#options;
    using deadline = startDeadline(clock, this.#timeoutMs(options), options.signal);
    const maxTries = options.maxTries ?? DEFAULT_TRIES;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt({ ...call, isUrgent: options.isUrgent }, options.query, deadline);
      if (!(outcome instanceof KubeError)) {
        return outcome.body;
      }
      const waitMs = attempt < maxTries ? retryDelay(call, outcome, attempt) : undefined;
      if (waitMs === undefined || deadline.signal.aborted) {
        throw outcome;
      }
      await sleep(clock, waitMs, deadline.signal).catch(() => {
        throw outcome;
      });
      this.#options.observeRetry?.({ method: call.method, code: String(outcome.status ?? outcome.kind) });
    }
  }

  async #attempt(
    call: Call,
    query: Query | undefined,
    deadline: Deadline,
  ): Promise<{ readonly body: unknown } | KubeError> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    try {
      const { status, headers, body } = await this.#send(call, query, deadline);
      const isSuccess = status >= 200 && status < 300;
      const parsed = isSuccess ? parseJson(body, call) : parseLeniently(body);
      this.#observe(call.method, call.path, String(status), startedAt);
      if (isSuccess) {
        return { body: parsed };
      }
      const { method, path } = call;
      return kubeErrorFromResponse(
        { method, path, status, retryAfter: headers['retry-after'], body: parsed },
        clock.now(),
      );
    } catch (error) {
      if (error instanceof GuardRefusal) {
        throw error.refusal;
      }
      const kubeError = this.#transportError(call, error, deadline.expired);
      this.#observe(call.method, call.path, kubeError.kind, startedAt);
      return kubeError;
    }
  }

  /** Sends `call` and reads the whole response; the deadline of a write also follows the signal of the guard. */
  async #send(call: Call, query: Query | undefined, deadline: Deadline): Promise<TransportResponse> {
    const { dispatcher, origin, path, headers } = await this.#target(call, query);
    return await createExchange(dispatcher, origin, {
      method: call.method,
      path,
      headers,
      body: call.body,
      maxResponseBytes: LARGEST_BODY_BYTES,
      signal: deadline.signal,
      beforeSend: () => {
        const leadership = call.verb === undefined ? undefined : this.#checkGuard(call.verb);
        if (leadership !== undefined) {
          deadline.follow(leadership);
        }
      },
    });
  }

  /** Sends `call`, and returns its response while it begins. */
  async #open(call: Call, query: Query | undefined, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { dispatcher, origin, path, headers } = await this.#target(call, query);
    signal.throwIfAborted();
    return await dispatcher.request({ origin, path, method: call.method, headers, signal });
  }

  async #target(call: Call, query: Query | undefined) {
    const connection = await this.#options.config.connection();
    return {
      dispatcher: call.isUrgent === true ? connection.unlimited : connection.dispatcher,
      origin: connection.origin,
      path: `${connection.basePath}${formatPath(call.path)}${queryString(query)}`,
      headers: {
        'user-agent': this.#options.userAgent ?? 'kube-rest',
        ...connection.headers,
        ...call.headers,
      },
    };
  }

  #checkGuard(verb: WriteVerb): AbortSignal | undefined {
    try {
      return this.#options.guard?.(verb);
    } catch (error) {
      throw new GuardRefusal(error);
    }
  }

  #transportError(call: Call, error: unknown, expired: boolean): KubeError {
    if (expired) {
      return callError('timeout', call.method, call.path, 'no response in time');
    }
    return kubeErrorFromTransport(call.method, call.path, error);
  }

  #timeoutMs(options: CallOptions): number {
    return options.timeoutMs ?? this.#options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  #observe(method: ObservedCall['method'], path: ResourcePath, code: string, startedAt: number): void {
    const durationMs = this.#options.clock.monotonic() - startedAt;
    this.#options.observe?.({ method, pathTemplate: pathTemplate(path), code, durationMs });
  }
}

/** Wraps an error of the guard, so that it is not reported as a transport error. */
class GuardRefusal extends Error {
  readonly refusal: unknown;

  constructor(refusal: unknown) {
    super('the guard refused the write');
    this.refusal = refusal;
  }
}

/**
 * Delay before the next try, `undefined` for none. 429 means that the server did not process the request (API Priority
 * and Fairness), so every verb is retried; after 503 and a broken connection only idempotent calls.
 */
function retryDelay(call: Call, error: KubeError, attempt: number): number | undefined {
  if (error.kind === 'throttled' || (error.status === 503 && call.isRepeatable)) {
    const waitMs = error.retryAfterMs ?? DEFAULT_WAIT_MS * attempt;
    return waitMs <= LONGEST_WAIT_MS ? waitMs : undefined;
  }
  // The server may just have closed a kept-alive socket; a new one shows whether it is reachable.
  const wasSocketStale = error.kind === 'network' && call.method === 'GET' && attempt === 1;
  return wasSocketStale ? 0 : undefined;
}

function hasPrecondition(body: unknown): boolean {
  const metadata = isRecord(body) ? body['metadata'] : undefined;
  return isRecord(metadata) && typeof metadata['resourceVersion'] === 'string';
}

function queryString(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
