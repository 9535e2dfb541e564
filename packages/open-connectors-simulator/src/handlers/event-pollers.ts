import { type Handler, instanceOf } from '../call.ts';
import { json } from '../wire.ts';

/** `GET /instances/event-poller-records`: the active pollers of an instance, one for each resource. */
export const listEventPollers: Handler = (call) => {
  const { id, configuration, disabled } = instanceOf(call);
  const isActive =
    !disabled &&
    configuration.get('event.notification.enabled') === 'true' &&
    configuration.get('event.vendor.type') === 'polling';
  const names = (configuration.get('event.poller.urls') ?? '').split('|').filter((name) => name !== '');
  return json(
    200,
    (isActive ? names : []).map((objectName) => ({
      elementInstanceId: id,
      objectName,
      pollInterval: Number(configuration.get('event.poller.refresh_interval')),
    })),
  );
};
