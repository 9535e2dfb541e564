import { type InstanceBody, instanceBody, readBody } from '../body.ts';
import { administratorOf, type Call, type Handler } from '../call.ts';
import { baseUrlOf, type ElementDefinition, findElement, isRequired } from '../catalog.ts';
import { checkEncryptedKey, exchangeCode, useGivenRefreshToken } from '../connection.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { sanitizeName } from '../names.ts';
import type { InstanceRecord } from '../state.ts';
import { instanceView } from '../view.ts';
import { json } from '../wire.ts';

type Configuration = Map<string, string | null>;

function elementFor({ parameters }: Call, body: InstanceBody): ElementDefinition {
  const wanted = parameters['element'] ?? body.element?.key ?? body.element?.id;
  if (wanted === undefined) {
    throw new ApiError(400, 'You must provide an element key or id in order to create an instance');
  }
  const element = findElement(String(wanted));
  if (element === undefined) {
    throw new ApiError(404, `No element found with key or ID ${wanted}`);
  }
  return element;
}

function requireConfiguration(
  element: ElementDefinition,
  keys: readonly string[],
  given: Configuration,
): void {
  const missing = keys.filter((key) => !given.get(key));
  if (missing.length > 0) {
    throw new ApiError(
      400,
      `The following required configuration is missing for element ${element.key}: ${missing.join(', ')}`,
    );
  }
}

/** The defaults of the element, the sent values, and the derived ones. */
function completeConfiguration(element: ElementDefinition, given: Configuration): Configuration {
  const configuration = new Map(element.properties.map(({ key, initial }) => [key, initial]));
  configuration.set(
    'base.url',
    baseUrlOf(element, given.get('infusionsoft.server')) ?? configuration.get('base.url') ?? null,
  );
  for (const [key, value] of given) {
    configuration.set(key, value);
  }
  return configuration;
}

/** A create with an authorization code. A missing code is the first error that the platform reports. */
function connectByCode(
  context: Context,
  element: ElementDefinition,
  given: Configuration,
  code: string | undefined,
): Configuration {
  if (!code) {
    throw new ApiError(400, 'You must provide an OAuth code in order to create an instance of this element');
  }
  const required = element.properties.filter((property) => isRequired(property, context.knobs));
  requireConfiguration(
    element,
    required.map(({ key }) => key),
    given,
  );
  const configuration = completeConfiguration(element, given);
  if (context.knobs.encryptedKeyCheckedOnCreate) {
    checkEncryptedKey(context, { element, configuration });
  }
  exchangeCode(context, configuration, code);
  return configuration;
}

/** A create with a refresh token and without a browser, `externalAuthentication: initial`. */
function connectByRefreshToken(
  context: Context,
  element: ElementDefinition,
  given: Configuration,
): Configuration {
  if (context.knobs.externalAuthentication === 'refused') {
    throw new ApiError(400, 'External authentication is not supported by this element');
  }
  const ofConnector = element.properties.filter(
    (property) => property.key.startsWith('infusionsoft.') && isRequired(property, context.knobs),
  );
  requireConfiguration(
    element,
    ['oauth.api.key', 'oauth.api.secret', 'oauth.user.refresh_token', ...ofConnector.map(({ key }) => key)],
    given,
  );
  const configuration = completeConfiguration(element, given);
  if (context.knobs.refreshTokenChecked === 'create') {
    useGivenRefreshToken(context, configuration);
  }
  return configuration;
}

/** The parts of an instance, also of one that another client creates. */
export interface InstanceParts {
  readonly user: InstanceRecord['user'];
  readonly element: ElementDefinition;
  readonly name: string;
  readonly tags: readonly string[];
  readonly configuration: Configuration;
  readonly externalAuthentication: 'none' | 'initial';
  /** Absent: now. */
  readonly createdAt?: number;
}

export function addInstance(context: Context, parts: InstanceParts): InstanceRecord {
  const { state, clock, ids } = context;
  const now = clock.now();
  const instance: InstanceRecord = {
    ...parts,
    id: state.nextId(),
    account: parts.user.account,
    tags: [...parts.tags],
    createdAt: parts.createdAt ?? now,
    updatedAt: now,
    propertyIds: new Map(),
    token: ids.secret(),
    disabled: false,
    traceLoggingUntil: 0,
    refreshFailures: 0,
    refreshLocked: false,
  };
  for (const key of instance.configuration.keys()) {
    instance.propertyIds.set(key, state.nextId());
  }
  state.instances.set(instance.id, instance);
  state.instancesByToken.set(instance.token, instance);
  return instance;
}

/** `POST /instances` and `POST /elements/{keyOrId}/instances`: 200, not 201. Names need not be unique. */
export const createInstance: Handler = (call) => {
  const { context } = call;
  const user = administratorOf(call);
  const body = readBody(instanceBody, call.body);
  const element = elementFor(call, body);
  const name = sanitizeName(body.name ?? '');
  if (name === '') {
    throw new ApiError(400, 'You must provide a name in order to create an instance');
  }
  const given = new Map(Object.entries(body.configuration ?? {}));
  const initial = body.externalAuthentication === 'initial';
  const configuration = initial
    ? connectByRefreshToken(context, element, given)
    : connectByCode(context, element, given, body.providerData?.code);
  const instance = addInstance(context, {
    user,
    element,
    name,
    // Without tags an instance is tagged with its own name.
    tags: body.tags ?? [name],
    configuration,
    externalAuthentication: initial ? 'initial' : 'none',
  });
  const echo =
    context.knobs.createEchoesProviderData && body.providerData ? { providerData: body.providerData } : {};
  return json(200, { ...instanceView(instance, 'create', context), ...echo });
};
