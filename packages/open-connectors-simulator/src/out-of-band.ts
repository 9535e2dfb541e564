import { type InstanceBody, instanceBody } from './body.ts';
import { baseUrlOf, type ElementKey, findElement } from './catalog.ts';
import { works } from './connection.ts';
import type { Context } from './context.ts';
import { applyChange } from './handlers/change-instance.ts';
import { addInstance } from './handlers/create-instance.ts';
import type { LiveInstance } from './ledger.ts';
import type { ProviderApp } from './provider.ts';
import { type InstanceRecord, removeInstance, type UserRecord } from './state.ts';
import { timestamp } from './view.ts';

/** An instance with its secrets in clear text. */
export interface InstanceSnapshot extends LiveInstance {
  readonly accountId: number;
  readonly token: string;
  /** True values, never masked. */
  readonly configuration: Readonly<Record<string, string | null>>;
  readonly createdDate: string;
  readonly externalAuthentication: 'none' | 'initial';
  readonly refreshLocked: boolean;
  readonly traceLoggingEnabled: boolean;
  /** Whether a hub call of the enabled instance would reach the provider. */
  readonly works: boolean;
}

/** An instance that another client creates. */
export interface AddInstanceOptions {
  readonly connector?: ElementKey;
  readonly name?: string;
  readonly tags?: readonly string[];
  /** Merged into a configuration that works with the default application. */
  readonly configuration?: Readonly<Record<string, string | null>>;
  readonly disabled?: boolean;
  /** Milliseconds since the epoch; absent: now. Lists that lag count from then. */
  readonly createdAt?: number;
  /** Its user; absent: the default user. */
  readonly userId?: number;
  /** The OAuth client of its grant; absent: the default application. */
  readonly clientId?: string;
}

/** A change by another client: `configuration` merges, `tags` replaces. */
export interface InstanceEdit {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly configuration?: Readonly<Record<string, string | null>>;
  readonly disabled?: boolean;
}

export function snapshotOf(instance: InstanceRecord, context: Context): InstanceSnapshot {
  return {
    id: instance.id,
    name: instance.name,
    connector: instance.element.key,
    tags: [...instance.tags],
    disabled: instance.disabled,
    organizationId: instance.account.organization.id,
    accountId: instance.account.id,
    token: instance.token,
    configuration: Object.fromEntries(instance.configuration),
    createdDate: timestamp(instance.createdAt),
    externalAuthentication: instance.externalAuthentication,
    refreshLocked: instance.refreshLocked,
    traceLoggingEnabled: instance.traceLoggingUntil > context.clock.now(),
    works: works(context, instance),
  };
}

/** The instance with this id. Throws if it does not exist. */
export function existing(context: Context, id: number): InstanceRecord {
  const instance = context.state.instances.get(id);
  if (instance === undefined) {
    throw new Error(`the simulator has no instance ${id}`);
  }
  return instance;
}

function workingConfiguration(
  context: Context,
  app: ProviderApp,
  given: AddInstanceOptions,
): Map<string, string | null> {
  const { provider } = context;
  const tokens = provider.refresh({ ...app, refreshToken: provider.issueRefreshToken(app.clientId) });
  const element = findElement(given.connector ?? 'infusionsoftcrm');
  return new Map<string, string | null>([
    ...(element?.properties ?? []).map(({ key, initial }) => [key, initial] as const),
    ['oauth.api.key', app.clientId],
    ['oauth.api.secret', app.clientSecret],
    ['oauth.callback.url', 'https://console.example.com/callback'],
    ...(element?.key === 'infusionsoftcrm'
      ? ([
          ['infusionsoft.server', 'dt123.infusionsoft.com'],
          ['infusionsoft.private.key', 'encrypted-key-of-another-user'],
          ['base.url', baseUrlOf(element, 'dt123.infusionsoft.com') ?? null],
        ] as const)
      : []),
    ['oauth.user.token', tokens.accessToken],
    ['oauth.user.refresh_token', tokens.refreshToken],
    ['oauth.user.refresh_time', String(context.clock.now())],
    ...Object.entries(given.configuration ?? {}),
  ]);
}

/** Creates an instance without a request. */
export function addOutOfBand(
  context: Context,
  app: ProviderApp,
  user: UserRecord,
  options: AddInstanceOptions,
): InstanceRecord {
  const key = options.connector ?? 'infusionsoftcrm';
  const element = findElement(key);
  if (element === undefined) {
    throw new Error(`the simulator has no connector ${key}`);
  }
  const name = options.name ?? 'made-in-the-console';
  const instance = addInstance(context, {
    user,
    element,
    name,
    tags: options.tags ?? [name],
    configuration: workingConfiguration(context, app, options),
    externalAuthentication: 'none',
    ...(options.createdAt === undefined ? {} : { createdAt: options.createdAt }),
  });
  instance.disabled = options.disabled ?? false;
  return instance;
}

/** Copies an instance as the console does: the same name, tags and values under a new id and token. */
export function copyOutOfBand(
  context: Context,
  id: number,
  { createdAt = context.clock.now() }: { readonly createdAt?: number },
): InstanceRecord {
  const { user, element, name, tags, configuration, externalAuthentication, disabled } = existing(
    context,
    id,
  );
  const copy = addInstance(context, {
    user,
    element,
    name,
    tags,
    configuration: new Map(configuration),
    externalAuthentication,
    createdAt,
  });
  copy.disabled = disabled;
  return copy;
}

/** Changes an instance without a request. */
export function editOutOfBand(
  context: Context,
  id: number,
  { disabled, ...edit }: InstanceEdit,
): InstanceRecord {
  const instance = existing(context, id);
  const body: InstanceBody = instanceBody.parse(edit);
  applyChange(context, instance, body, false);
  instance.disabled = disabled ?? instance.disabled;
  return instance;
}

/** Deletes an instance without a request. */
export function deleteOutOfBand(context: Context, id: number): void {
  removeInstance(context.state, existing(context, id), context.clock);
}
