import type { Json } from '../masked-values.ts';
import type { Turn } from '../port.ts';
import type { Method, TransportResponse } from './transport.ts';

/** Every request that this client can make, by the name that metrics and logs show. */
export const operationNames = [
  'organization',
  'authorize-url',
  'create-instance',
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
 * What it means when a call's outcome is unknown.
 *
 * - `none`: the call changes nothing.
 * - `repeatable`: doing it twice is doing it once (PATCH, enable, disable, DELETE).
 * - `once`: doing it twice makes a second instance, or spends a grant that cannot be used again.
 */
export type Effect = 'none' | 'repeatable' | 'once';

/** One request, with what is needed to judge its answer. */
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
  /** Values that may not come back in any message; the account's own and `instanceToken` are known without. */
  readonly secrets?: readonly string[];
  /** Default 8 MiB. */
  readonly maxResponseBytes?: number;
  /** Turns a 2xx answer into the result. @throws UnreadableAnswer */
  readonly read: (answer: TransportResponse) => Result;
}

/**
 * Performs one call, with `turn` in place of a wait for the budget.
 *
 * @throws RemoteError, the signal's reason when aborted, or what the fencing guard threw.
 */
export type Caller = <Result>(call: Call<Result>, signal?: AbortSignal, turn?: Turn) => Promise<Result>;

/** A 2xx answer without what the call needs. The message names what is missing, never a value. */
export class UnreadableResponse extends Error {
  override readonly name = 'UnreadableAnswer';
}
