import type { Clock } from '../../runtime/clock.ts';
import type { PooledKubeConfig } from './pooled-config.ts';

/** HTTP method of a call. */
export type KubeMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The verbs that change something. */
export type WriteVerb = 'create' | 'update' | 'patch' | 'delete';

/** Query parameters; `undefined` ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Called in the tick in which a write is sent, after its wait for a connection, before every try. Throws to forbid it;
 * when a returned signal aborts, the wait for the response ends.
 */
export type WriteGuard = (verb: WriteVerb) => AbortSignal | undefined;

/** One finished call, for metrics. `code` is the HTTP status or, without a response, the kind of error. */
export interface ObservedCall {
  readonly method: KubeMethod | 'WATCH';
  /** The path with placeholders for namespace and name. */
  readonly pathTemplate: string;
  readonly code: string;
  readonly durationMs: number;
}

/** A retry; `code` as in `ObservedCall`, of the previous try. */
export interface ObservedRetry {
  readonly method: KubeMethod;
  readonly code: string;
}

/** Options of a `KubeRest`. */
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
  /** Largest number of tries; 4 unless set. 1 disables retries. */
  readonly maxTries?: number | undefined;
  /** Opens a connection where all others are busy; for calls that keep leadership. */
  readonly isUrgent?: boolean | undefined;
}

/** Settings of a read. */
export interface GetOptions extends CallOptions {
  /** `application/json` unless set. */
  readonly accept?: string | undefined;
}

/** Kind and field manager of a patch. */
export interface PatchOptions extends CallOptions {
  readonly type: 'merge' | 'json';
  readonly fieldManager?: string | undefined;
}

/** `metav1.DeleteOptions`, as far as it is used. */
export interface DeleteOptions extends CallOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
}
