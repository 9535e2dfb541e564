import type { Caller } from './authorization.ts';
import type { Context } from './context.ts';
import { ApiError, noInstance, unauthorized } from './errors.ts';
import type { InstanceRecord, UserRecord } from './state.ts';
import type { Answer } from './wire.ts';

/** One request to the platform, with the route's parameters. */
export interface Call {
  readonly context: Context;
  /** Values of the `{…}` segments of the route. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly caller: Caller | undefined;
}

/** Processes one operation synchronously. Throws `ApiError`. */
export type Handler = (call: Call) => Answer;

export function userOf({ caller }: Call): UserRecord {
  if (caller === undefined) {
    throw unauthorized();
  }
  return caller.user;
}

/** The user of a write. Throws 403 unless the user is an administrator. */
export function administratorOf(call: Call): UserRecord {
  const user = userOf(call);
  if (user.role !== 'admin') {
    throw new ApiError(403, 'You do not have the privilege that this operation needs');
  }
  return user;
}

/** The instance by the id of the path (within the element of the path, if any), or by the token of the header. */
export function instanceOf(call: Call): InstanceRecord {
  const { context, parameters, caller } = call;
  const { id, element } = parameters;
  const user = userOf(call);
  const instance = id === undefined ? caller?.instance : context.state.instances.get(Number(id));
  if (instance === undefined || instance.account !== user.account) {
    throw id === undefined ? unauthorized() : noInstance(id);
  }
  if (element !== undefined && element !== instance.element.key && element !== String(instance.element.id)) {
    throw noInstance(instance.id);
  }
  return instance;
}
