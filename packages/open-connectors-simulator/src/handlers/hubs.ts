import { type Call, type Handler, instanceOf } from '../call.ts';
import { callProvider } from '../connection.ts';
import { ApiError } from '../errors.ts';
import type { InstanceRecord } from '../state.ts';
import { timestamp } from '../view.ts';
import { type Answer, json } from '../wire.ts';

const ofInstance = (instance: InstanceRecord): Record<string, string> => ({
  'Elements-Element-Instance-Id': String(instance.id),
});

/** `GET /ping` and `GET /hubs/{any}/ping`. */
export const ping: Handler = (call) => {
  const instance = instanceOf(call);
  if (!call.context.knobs.pingSupported) {
    throw new ApiError(404, 'No resource found for GET /ping');
  }
  callProvider(call.context, instance);
  const now = call.context.clock.now();
  return json(200, { dateTime: timestamp(now), endpoint: instance.element.key }, ofInstance(instance));
};

function records(call: Call, content: readonly unknown[]): Answer {
  const instance = instanceOf(call);
  callProvider(call.context, instance);
  return json(200, content, { ...ofInstance(instance), 'Elements-Returned-Count': String(content.length) });
}

/** `GET /hubs/{any}/contacts`. */
export const listContacts: Handler = (call) =>
  records(call, [{ Id: 1, FirstName: 'Ada', LastName: 'Lovelace' }]);

/** `GET /hubs/{any}/accounts`. */
export const listHubAccounts: Handler = (call) => records(call, [{ Id: 1, Company: 'Analytical Engines' }]);

/** `GET /hubs/{any}/objects`: works also on a disabled instance, because it does not call the provider. */
export const listObjects: Handler = (call) =>
  json(200, ['contacts', 'accounts', 'opportunities'], ofInstance(instanceOf(call)));
