/** The server of a request. */
export type Api = 'kubernetes' | 'external';

/** One request of an operator process. */
export interface WireCall {
  /** Counts the requests of all processes of a run, from 1. */
  readonly number: number;
  /** Counts the requests to this API, from 1. */
  readonly index: number;
  readonly process: string;
  readonly api: Api;
  /** Scheme, host and port; empty for Kubernetes. */
  readonly origin: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly isWatch: boolean;
}

/** What goes wrong with one request. */
export type WireFault =
  /** No connection: no byte leaves. */
  | { readonly kind: 'refused' }
  /** The request leaves and is never processed; the connection breaks. */
  | { readonly kind: 'lost' }
  /** The request is processed; the connection breaks instead of an answer. */
  | { readonly kind: 'answer lost' }
  /** The request is processed `ms` later, although the client may have given up. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The request is never processed, and nothing comes back. */
  | { readonly kind: 'hangs' }
  /** The server refuses it. `forwarded`: a 429 of the provider, passed on by Open Connectors. */
  | { readonly kind: 'status'; readonly status: number; readonly forwarded?: boolean }
  /** A gateway before the server answers 404 in its own format. */
  | { readonly kind: 'gateway' }
  /** The watch opens and stays silent. */
  | { readonly kind: 'silent' };

/** At which moment of a request its process is killed; `after send`: what has left is processed, now or late. */
export type CrashMoment = 'before' | 'after send' | 'after commit' | 'after answer';

/** How one request fares. Times are milliseconds. */
export interface Fate {
  /** Until the request leaves. */
  readonly connectMs: number;
  /** Until it arrives. */
  readonly travelMs: number;
  /** Until each part of the response arrives, which delays the events of a watch. */
  readonly answerMs: number;
  readonly fault?: WireFault | undefined;
  readonly crash?: CrashMoment | undefined;
  /** How long its process stands still right after the request left, milliseconds. */
  readonly pauseMs?: number | undefined;
}

/** Decides the fate of a request before it is sent. */
export type Fates = (call: WireCall) => Fate;
