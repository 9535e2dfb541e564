import { propertyBody, readBody } from '../body.ts';
import { administratorOf, type Call, type Handler, instanceOf } from '../call.ts';
import { ApiError } from '../errors.ts';
import { mask } from '../masking.ts';
import { remember } from '../past.ts';
import type { InstanceRecord } from '../state.ts';
import { propertyView } from '../view.ts';
import { json } from '../wire.ts';

function keyOf(instance: InstanceRecord, { parameters }: Call): string {
  const wanted = Number(parameters['property']);
  for (const [key, id] of instance.propertyIds) {
    if (id === wanted && instance.configuration.has(key)) {
      return key;
    }
  }
  throw new ApiError(404, `No configuration found with ID ${parameters['property']}`);
}

/** `GET /instances/{id}/configuration`. */
export const listConfiguration: Handler = (call) => {
  const instance = instanceOf(call);
  return json(
    200,
    [...instance.configuration.keys()].map((key) => propertyView(instance, key, call.context)),
  );
};

/** `GET /instances/{id}/configuration/{property}`; the property's id, not its key. */
export const readProperty: Handler = (call) => {
  const instance = instanceOf(call);
  return json(200, propertyView(instance, keyOf(instance, call), call.context));
};

/** `PATCH /instances/{id}/configuration/{property}` with `{"propertyValue": "…"}`. */
export const patchProperty: Handler = (call) => {
  administratorOf(call);
  const instance = instanceOf(call);
  const key = keyOf(instance, call);
  const { propertyValue } = readBody(propertyBody, call.body);
  if (propertyValue !== mask || call.context.knobs.maskedValueSentBack === 'stored') {
    remember(call.context, instance);
    instance.configuration.set(key, propertyValue);
    instance.updatedAt = call.context.clock.now();
  }
  return json(200, propertyView(instance, key, call.context));
};
