import { type ElementDefinition, isRequired } from './catalog.ts';
import { works } from './connection.ts';
import type { Context } from './context.ts';
import { masked } from './masking.ts';
import type { InstanceRecord, UserRecord } from './state.ts';

/** `2017-08-07T18:46:38Z`, to the second. */
export const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** An element in the catalog and inside of an instance. */
export function elementView(element: ElementDefinition): Record<string, unknown> {
  const { id, key, name, description, beta, bulk } = element;
  return {
    id,
    name,
    hookName: name.replaceAll(' ', ''),
    key,
    description,
    image: 'elements/provider_infusionsoft.png',
    active: true,
    deleted: false,
    typeOauth: false,
    trialAccount: false,
    bulkDownloadEnabled: bulk,
    bulkUploadEnabled: bulk,
    cloneable: true,
    extendable: true,
    beta,
    authentication: { type: 'oauth2' },
    extended: false,
    hub: 'crm',
    protocolType: 'http',
    parameters: [],
    private: false,
  };
}

export function userView(user: UserRecord, context: Context): Record<string, unknown> {
  const { id, emailAddress, role, secret } = user;
  return {
    id,
    emailAddress,
    firstName: 'First',
    lastName: 'Last',
    active: true,
    roles: [{ key: role }],
    ...(context.knobs.organizationShowsSecret ? { secret } : {}),
  };
}

/** Where an instance is shown. Reads and responses to changes are complete; lists omit fields unless requested. */
export type InstanceViewKind = 'create' | 'read' | 'list' | 'hydrated-list';

function configurationView(instance: InstanceRecord, context: Context): Record<string, string | null> {
  return Object.fromEntries(
    [...instance.configuration].map(([key, value]) => [key, masked(key, value, context.knobs)]),
  );
}

function hydration(
  instance: InstanceRecord,
  kind: InstanceViewKind,
  context: Context,
): Record<string, unknown> {
  if (kind === 'list') {
    return context.knobs.tagsWithoutHydrate ? { tags: instance.tags } : {};
  }
  const empty = kind === 'create' && !context.knobs.createShowsConfiguration;
  return { tags: instance.tags, configuration: empty ? {} : configurationView(instance, context) };
}

/** An instance as the platform shows it. The token is never masked. */
export function instanceView(
  instance: InstanceRecord,
  kind: InstanceViewKind,
  context: Context,
): Record<string, unknown> {
  const inList = kind === 'list' || kind === 'hydrated-list';
  const { id: userId, emailAddress } = instance.user;
  return {
    id: instance.id,
    name: instance.name,
    createdDate: timestamp(instance.createdAt),
    updatedDate: timestamp(instance.updatedAt),
    token: instance.token,
    element: elementView(instance.element),
    elementId: instance.element.id,
    provisionInteractions: [],
    valid: inList && context.knobs.listValid === 'always' ? true : works(context, instance),
    disabled: instance.disabled,
    maxCacheSize: 0,
    cacheTimeToLive: 0,
    ...hydration(instance, kind, context),
    eventsEnabled: instance.configuration.get('event.notification.enabled') === 'true',
    traceLoggingEnabled: instance.traceLoggingUntil > context.clock.now(),
    cachingEnabled: false,
    externalAuthentication: instance.externalAuthentication,
    user: { id: userId, emailAddress, firstName: 'First', lastName: 'Last' },
  };
}

/** One configuration property of an instance, addressed by its numeric id. */
export function propertyView(
  instance: InstanceRecord,
  key: string,
  context: Context,
): Record<string, unknown> {
  const definition = instance.element.properties.find((property) => property.key === key);
  return {
    id: instance.propertyIds.get(key),
    key,
    name: definition?.name ?? key,
    description: definition?.name ?? key,
    propertyValue: masked(key, instance.configuration.get(key) ?? null, context.knobs),
    required: definition !== undefined && isRequired(definition, context.knobs),
    type: definition?.type ?? 'TEXTFIELD_1000',
    active: true,
    hideFromConsole: definition?.byPlatform === true,
  };
}
