import { type InstanceBody, instanceBody, readBody, traceLoggingBody } from '../body.ts';
import { administratorOf, type Call, type Handler, instanceOf } from '../call.ts';
import { baseUrlOf } from '../catalog.ts';
import { exchangeCode } from '../connection.ts';
import { ApiError } from '../errors.ts';
import { mask } from '../masking.ts';
import { sanitizeName } from '../names.ts';
import { remember } from '../past.ts';
import { type InstanceRecord, removeInstance, replaceToken } from '../state.ts';
import { instanceView } from '../view.ts';
import { empty, json } from '../wire.ts';
import type { World } from '../world.ts';

type Configuration = Map<string, string | null>;

/** Lays `given` over `configuration`, key by key. */
function merge(
  configuration: Configuration,
  given: Readonly<Record<string, string | null>>,
  world: World,
): void {
  for (const [key, value] of Object.entries(given)) {
    if (value !== mask || world.knobs.maskedValueSentBack === 'stored') {
      configuration.set(key, value);
    }
  }
}

/** The connector's defaults and what the platform wrote itself; what a client had sent before is left out. */
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
  world: World,
): Configuration {
  if (body.configuration === undefined) {
    return new Map(instance.configuration);
  }
  const configuration = replace ? withoutClientValues(instance) : new Map(instance.configuration);
  const baseUrl = baseUrlOf(instance.element, body.configuration['infusionsoft.server']);
  if (baseUrl !== undefined) {
    configuration.set('base.url', baseUrl);
  }
  merge(configuration, body.configuration, world);
  return configuration;
}

function reauthorize(
  world: World,
  instance: InstanceRecord,
  configuration: Configuration,
  code: string,
): void {
  exchangeCode(world, configuration, code);
  instance.refreshFailures = 0;
  instance.refreshLocked = false;
  if (world.knobs.reauthorizationEnables) {
    instance.disabled = false;
  }
  if (world.knobs.tokenRotatesOnReauthorization) {
    replaceToken(world.state, instance, world.ids.secret());
  }
}

function store(world: World, instance: InstanceRecord, configuration: Configuration): void {
  instance.configuration.clear();
  for (const [key, value] of configuration) {
    instance.configuration.set(key, value);
    if (!instance.propertyIds.has(key)) {
      instance.propertyIds.set(key, world.state.nextId());
    }
  }
}

/** Changes what the body names; `tags` replaces the list, a code re-authorizes and keeps the id. */
export function applyChange(
  world: World,
  instance: InstanceRecord,
  body: InstanceBody,
  replace: boolean,
): void {
  const named = body.element?.key ?? body.element?.id;
  if (named !== undefined && named !== instance.element.key && named !== instance.element.id) {
    throw new ApiError(400, 'An instance cannot be moved to another element');
  }
  const configuration = configurationAfter(instance, body, replace, world);
  remember(world, instance);
  const code = body.providerData?.code;
  if (code) {
    reauthorize(world, instance, configuration, code);
  }
  store(world, instance, configuration);
  instance.name = sanitizeName(body.name ?? '') || instance.name;
  instance.tags = body.tags ?? instance.tags;
  instance.updatedAt = world.clock.now();
}

function change(call: Call, replace: boolean) {
  const { world } = call;
  administratorOf(call);
  const instance = instanceOf(call);
  applyChange(world, instance, readBody(instanceBody, call.body), replace);
  return json(200, instanceView(instance, 'read', world));
}

/** `PUT /instances/{id}`; `?reAuthenticate=true` is accepted and changes nothing: the code does. */
export const replaceInstance: Handler = (call) =>
  change(call, call.world.knobs.putConfiguration === 'replaced');

/** `PATCH /instances/{id}`: merges the configuration. */
export const patchInstance: Handler = (call) => change(call, false);

/** `DELETE /instances/{id}`: for good; the token ends with it. */
export const deleteInstance: Handler = (call) => {
  administratorOf(call);
  removeInstance(call.world.state, instanceOf(call), call.world.clock);
  return empty();
};

/** `PUT` and `DELETE /instances/{id}/enabled`. */
export const setEnabled =
  (enabled: boolean): Handler =>
  (call) => {
    const { world } = call;
    administratorOf(call);
    const instance = instanceOf(call);
    remember(world, instance);
    instance.disabled = !enabled;
    instance.updatedAt = world.clock.now();
    return world.knobs.enabledAnswersInstance ? json(200, instanceView(instance, 'read', world)) : empty();
  };

const defaultTraceMinutes = 30;

/** `PUT /instances/{id}/trace-logging`, for some minutes. */
export const startTraceLogging: Handler = (call) => {
  const { duration } = call.body === '' ? {} : readBody(traceLoggingBody, call.body);
  instanceOf(call).traceLoggingUntil = call.world.clock.now() + (duration ?? defaultTraceMinutes) * 60_000;
  return empty();
};

/** `DELETE /instances/{id}/trace-logging`. */
export const stopTraceLogging: Handler = (call) => {
  instanceOf(call).traceLoggingUntil = 0;
  return empty();
};
