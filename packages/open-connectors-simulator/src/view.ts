import { type ElementDefinition, isRequired } from './catalog.ts';
import { works } from './connection.ts';
import { masked } from './masking.ts';
import type { InstanceRecord, UserRecord } from './state.ts';
import type { World } from './world.ts';

/** `2017-08-07T18:46:38Z`, to the second. */
export const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** A connector as it stands in the catalog and inside of an instance. */
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

export function userView(user: UserRecord, world: World): Record<string, unknown> {
  const { id, emailAddress, role, secret } = user;
  return {
    id,
    emailAddress,
    firstName: 'First',
    lastName: 'Last',
    active: true,
    roles: [{ key: role }],
    ...(world.knobs.organizationShowsSecret ? { secret } : {}),
  };
}

/** Where an instance is shown: reads, and answers to changes, tell all; lists leave out what they are not asked for. */
export type InstanceViewKind = 'create' | 'read' | 'list' | 'hydrated-list';

function configurationView(instance: InstanceRecord, world: World): Record<string, string | null> {
  return Object.fromEntries(
    [...instance.configuration].map(([key, value]) => [key, masked(key, value, world.knobs)]),
  );
}

function hydration(instance: InstanceRecord, kind: InstanceViewKind, world: World): Record<string, unknown> {
  if (kind === 'list') {
    return world.knobs.tagsWithoutHydrate ? { tags: instance.tags } : {};
  }
  const empty = kind === 'create' && !world.knobs.createShowsConfiguration;
  return { tags: instance.tags, configuration: empty ? {} : configurationView(instance, world) };
}

/** An instance as the platform shows it; the token is in clear everywhere. */
export function instanceView(
  instance: InstanceRecord,
  kind: InstanceViewKind,
  world: World,
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
    valid: inList && world.knobs.listValid === 'always' ? true : works(world, instance),
    disabled: instance.disabled,
    maxCacheSize: 0,
    cacheTimeToLive: 0,
    ...hydration(instance, kind, world),
    eventsEnabled: instance.configuration.get('event.notification.enabled') === 'true',
    traceLoggingEnabled: instance.traceLoggingUntil > world.clock.now(),
    cachingEnabled: false,
    externalAuthentication: instance.externalAuthentication,
    user: { id: userId, emailAddress, firstName: 'First', lastName: 'Last' },
  };
}

/** One configuration property of an instance, addressed by its numeric id. */
export function propertyView(instance: InstanceRecord, key: string, world: World): Record<string, unknown> {
  const definition = instance.element.properties.find((property) => property.key === key);
  return {
    id: instance.propertyIds.get(key),
    key,
    name: definition?.name ?? key,
    description: definition?.name ?? key,
    propertyValue: masked(key, instance.configuration.get(key) ?? null, world.knobs),
    required: definition !== undefined && isRequired(definition, world.knobs),
    type: definition?.type ?? 'TEXTFIELD_1000',
    active: true,
    hideFromConsole: definition?.byPlatform === true,
  };
}
