import type { Clock } from '../../runtime/clock.ts';
import type { PooledKubeConfig } from './pooled-config.ts';

/** HTTP method of a call. */
export type KubeMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The verbs that change something. */
export type WriteVerb = 'create' | 'update' | 'patch' | 'delete';

/** Query parameters; `undefined` ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Called in the same tick as a write is sent, before every try. Throws to forbid it; a returned signal takes the
 * write back when it aborts, for as long as it waits for a socket.
 */
export type WriteGuard = (verb: WriteVerb) => AbortSignal | undefined;

/** One finished exchange, for metrics. `code` is the HTTP status or, without an answer, the kind of error. */
export interface ObservedCall {
  readonly method: KubeMethod | 'WATCH';
  /** The path with placeholders for namespace and name. */
  readonly pathTemplate: string;
  readonly code: string;
  readonly durationMs: number;
}

/** A request that is about to be sent once more; `code` as in `ObservedCall`, of the try before. */
export interface ObservedRetry {
  readonly method: KubeMethod;
  readonly code: string;
}

/** What a `KubeRest` works with. */
export interface KubeRestOptions {
  readonly config: PooledKubeConfig;
  readonly clock: Clock;
  /** Deadline of a call, all its tries included, milliseconds. Default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
  readonly guard?: WriteGuard | undefined;
  readonly observe?: ((call: ObservedCall) => void) | undefined;
  readonly observeRetry?: ((retry: ObservedRetry) => void) | undefined;
  readonly userAgent?: string | undefined;
}

/** Settings of a single call. */
export interface CallOptions {
  readonly query?: Query | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the client's deadline, milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** At most so many tries; 4 unless set. 1 turns retrying off. */
  readonly maxTries?: number | undefined;
}

/** Settings of a read. */
export interface GetOptions extends CallOptions {
  /** `application/json` unless set. */
  readonly accept?: string | undefined;
}

/** Kind and ownership of a patch. `apply` is server-side apply and needs `fieldManager`. */
export interface PatchOptions extends CallOptions {
  readonly type: 'merge' | 'json' | 'apply';
  readonly fieldManager?: string | undefined;
  readonly force?: boolean | undefined;
}

/** `metav1.DeleteOptions`, as far as it is used. */
export interface DeleteOptions extends CallOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}
