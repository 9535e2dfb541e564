import { type InstanceBody, instanceBody, readBody, traceLoggingBody } from '../body.ts';
import { administratorOf, type Call, type Handler, instanceOf } from '../call.ts';
import { baseUrlOf } from '../catalog.ts';
import { exchangeCode } from '../connection.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { mask } from '../masking.ts';
import { sanitizeName } from '../names.ts';
import { remember } from '../past.ts';
import { type InstanceRecord, removeInstance, replaceToken } from '../state.ts';
import { instanceView } from '../view.ts';
import { empty, json } from '../wire.ts';

type Configuration = Map<string, string | null>;

/** Merges `given` into `configuration`, key by key. */
function merge(
  configuration: Configuration,
  given: Readonly<Record<string, string | null>>,
  context: Context,
): void {
  for (const [key, value] of Object.entries(given)) {
    if (value !== mask || context.knobs.maskedValueSentBack === 'stored') {
      configuration.set(key, value);
    }
  }
}

/** The defaults of the element and the values of the platform, without those of clients. */
function withoutClientValues({ element, configuration }: InstanceRecord): Configuration {
  return new Map(
    element.properties.map(({ key, initial, byPlatform }) => [
      key,
      byPlatform || key === 'base.url' ? (configuration.get(key) ?? initial) : initial,
    ]),
  );
}

function configurationAfter(
  instance: InstanceRecord,
  body: InstanceBody,
  replace: boolean,
  context: Context,
): Configuration {
  if (body.configuration === undefined) {
    return new Map(instance.configuration);
  }
  const configuration = replace ? withoutClientValues(instance) : new Map(instance.configuration);
  const baseUrl = baseUrlOf(instance.element, body.configuration['infusionsoft.server']);
  if (baseUrl !== undefined) {
    configuration.set('base.url', baseUrl);
  }
  const given = Object.entries(body.configuration).filter(
    ([key]) => replace || context.knobs.eventKeysByPatch || !key.startsWith('event.'),
  );
  merge(configuration, Object.fromEntries(given), context);
  return configuration;
}

function reauthorize(
  context: Context,
  instance: InstanceRecord,
  configuration: Configuration,
  code: string,
): void {
  exchangeCode(context, configuration, code);
  instance.refreshFailures = 0;
  instance.refreshLocked = false;
  if (context.knobs.reauthorizationEnables) {
    instance.disabled = false;
  }
  if (context.knobs.tokenRotatesOnReauthorization) {
    replaceToken(context.state, instance, context.ids.secret());
  }
}

function store(context: Context, instance: InstanceRecord, configuration: Configuration): void {
  instance.configuration.clear();
  for (const [key, value] of configuration) {
    instance.configuration.set(key, value);
    if (!instance.propertyIds.has(key)) {
      instance.propertyIds.set(key, context.state.nextId());
    }
  }
}

/** Applies the body: `tags` replaces the list, a code reauthorizes and keeps the id. */
export function applyChange(
  context: Context,
  instance: InstanceRecord,
  body: InstanceBody,
  replace: boolean,
): void {
  const named = body.element?.key ?? body.element?.id;
  if (named !== undefined && named !== instance.element.key && named !== instance.element.id) {
    throw new ApiError(400, 'An instance cannot be moved to another element');
  }
  const configuration = configurationAfter(instance, body, replace, context);
  remember(context, instance);
  const code = body.providerData?.code;
  if (code) {
    reauthorize(context, instance, configuration, code);
  }
  store(context, instance, configuration);
  instance.name = sanitizeName(body.name ?? '') || instance.name;
  instance.tags = body.tags ?? instance.tags;
  instance.updatedAt = context.clock.now();
}

function change(call: Call, replace: boolean) {
  const { context } = call;
  administratorOf(call);
  const instance = instanceOf(call);
  applyChange(context, instance, readBody(instanceBody, call.body), replace);
  return json(200, instanceView(instance, 'read', context));
}

/** `PUT /instances/{id}`. `?reAuthenticate=true` has no effect: the code reauthorizes. */
export const replaceInstance: Handler = (call) =>
  change(call, call.context.knobs.putConfiguration === 'replaced');

/** `PATCH /instances/{id}`: merges the configuration. */
export const patchInstance: Handler = (call) => change(call, false);

/** `DELETE /instances/{id}`. Its token becomes invalid. */
export const deleteInstance: Handler = (call) => {
  administratorOf(call);
  removeInstance(call.context.state, instanceOf(call), call.context.clock);
  return empty();
};

/** `PUT` and `DELETE /instances/{id}/enabled`. */
export const setEnabled =
  (enabled: boolean): Handler =>
  (call) => {
    const { context } = call;
    administratorOf(call);
    const instance = instanceOf(call);
    remember(context, instance);
    instance.disabled = !enabled;
    if (enabled && context.knobs.enablingResumesRefresh) {
      instance.refreshFailures = 0;
      instance.refreshLocked = false;
    }
    instance.updatedAt = context.clock.now();
    return context.knobs.enabledAnswersInstance
      ? json(200, instanceView(instance, 'read', context))
      : empty();
  };

const defaultTraceMinutes = 30;

/** `PUT /instances/{id}/trace-logging`, for some minutes. */
export const startTraceLogging: Handler = (call) => {
  const { duration } = call.body === '' ? {} : readBody(traceLoggingBody, call.body);
  instanceOf(call).traceLoggingUntil = call.context.clock.now() + (duration ?? defaultTraceMinutes) * 60_000;
  return empty();
};

/** `DELETE /instances/{id}/trace-logging`. */
export const stopTraceLogging: Handler = (call) => {
  instanceOf(call).traceLoggingUntil = 0;
  return empty();
};
