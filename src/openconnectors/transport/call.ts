import type { Method, TransportResponse } from '../../http/client/request.ts';
import type { Json } from '../masked-values.ts';
import type { Turn } from '../port.ts';

/** Every request of this client, by its name in metrics and logs. */
export const operationNames = [
  'organization',
  'authorize-url',
  'create-instance',
  'read-element',
  'read-instance',
  'list-instances',
  'patch-instance',
  'reauthorize-instance',
  'enable-instance',
  'disable-instance',
  'delete-instance',
  'ping-instance',
] as const;

export type OperationName = (typeof operationNames)[number];

/**
 * The effect of a call, for an unknown outcome: `none` changes nothing; `repeatable` is idempotent (PATCH, enable,
 * disable, DELETE); `once` creates a second instance when repeated, or needs another grant.
 */
export type Effect = 'none' | 'repeatable' | 'once';

/** One request, and the classification of its response. */
export interface Call<Result> {
  readonly operation: OperationName;
  readonly effect: Effect;
  readonly method: Method;
  /** Below `/elements/api-v2`. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Adds `Element <token>` to the header. */
  readonly instanceToken?: string;
  readonly body?: Json;
  /** Values that no message may contain, besides the credentials of the account and `instanceToken`. */
  readonly secrets?: readonly string[];
  /** Default 8 MiB. */
  readonly maxResponseBytes?: number;
  /** Parses a 2xx response. @throws UnreadableResponse */
  readonly read: (response: TransportResponse) => Result;
}

/**
 * Performs one call; with `turn` without a wait for the limits. @throws RemoteError, the reason of the signal when
 * aborted, or the error of the fencing guard.
 */
export type Caller = <Result>(call: Call<Result>, signal?: AbortSignal, turn?: Turn) => Promise<Result>;

/** A 2xx response without required fields. The message names the fields, never a value. */
export class UnreadableResponse extends Error {
  override readonly name = 'UnreadableAnswer';
}
