import { type Clock, systemClock } from 'test-kit/clock.ts';
import { type Random, systemRandom } from 'test-kit/random.ts';
import { lockRefresh } from './connection.ts';
import { type Context, createContext } from './context.ts';
import { createFaults, type Faults } from './faults.ts';
import { authorizePath } from './handlers/consent.ts';
import { createKnobs, type Knobs } from './knobs.ts';
import { createLedger, type Ledger } from './ledger.ts';
import {
  type AddInstanceOptions,
  addOutOfBand,
  copyOutOfBand,
  deleteOutOfBand,
  editOutOfBand,
  existing,
  type InstanceEdit,
  type InstanceSnapshot,
  snapshotOf,
} from './out-of-band.ts';
import type { Outage } from './outages.ts';
import { createPlatform, type Platform } from './platform.ts';
import type { CodeRequest, ProviderApp } from './provider.ts';
import { replaceUserSecret, type UserRecord } from './state.ts';
import { type Credentials, credentialsOf, type OrganizationOptions, type UserOptions } from './tenancy.ts';

export interface SimulationOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly knobs?: Partial<Knobs>;
  /** Organizations besides the default one. */
  readonly organizations?: readonly OrganizationOptions[];
  /** Secrets of the default organization; absent: random. */
  readonly credentials?: { readonly userSecret?: string; readonly organizationSecret?: string };
  /** The application that is registered at the start; absent: random, with any https callback URL. */
  readonly app?: Partial<ProviderApp>;
}

/** The platform and the provider without a socket, with the changes that a test makes as another client. */
export interface Simulation extends Pick<Platform, 'exchange'> {
  /** `https://localhost:PORT` in a running simulator. */
  readonly baseUrl: string;
  /** The current credentials of the default user. */
  readonly credentials: Credentials;
  /** The application that is registered from the start. */
  readonly app: ProviderApp;
  /** May be changed at any time. */
  readonly knobs: Knobs;
  readonly faults: Faults;
  readonly ledger: Ledger;

  /** All live instances of all organizations. */
  instances(): readonly InstanceSnapshot[];
  addInstance(options?: AddInstanceOptions): InstanceSnapshot;
  /** Copies an instance as the console does: the same name, tags and values under a new id. */
  copyInstance(id: number, options?: { readonly createdAt?: number }): InstanceSnapshot;
  /** Changes an instance as another client. `tags` replaces the list, including owner tags. */
  editInstance(id: number, edit: InstanceEdit): InstanceSnapshot;
  deleteInstance(id: number): void;

  /** Credentials of the first user of each organization, the default organization first. */
  organizations(): readonly Credentials[];
  addOrganization(options?: OrganizationOptions): Credentials;
  addUser(options: UserOptions): Credentials;
  /** Resets the secret of a user (absent: the default user). The old one is invalid immediately. */
  rotateUserSecret(userId?: number): Credentials;

  registerApp(app?: Partial<ProviderApp>): ProviderApp;
  /** Hub calls to this server then need this Encrypted Key. */
  registerAccount(account: { readonly server: string; readonly encryptedKey: string }): void;
  /** A code, as after a consent; by default for the default application. */
  issueCode(request: Partial<CodeRequest> & { readonly callbackUrl: string }): string;
  issueRefreshToken(request?: { readonly clientId?: string }): string;
  /** Submits the consent page as a browser does. Resolves with the URL of the redirect. */
  consent(authorizeUrl: string, answer: { readonly approve: boolean }): Promise<string>;
  /** Revokes the grant, as a user does who removes the application at the provider. */
  revokeGrant(id: number): void;
  /**
   * Fails refreshes until the platform disables the instance, and revokes the grant; with `revokes: false` the grant
   * stays valid, as after a failure of the token endpoint.
   */
  failTokenRefresh(id: number, options?: { readonly revokes?: boolean }): void;
  /** The provider refuses the calls of every instance from now on. */
  startOutage(outage: Outage): void;
  endOutage(): void;
}

/** A simulation with the parts that a server needs. */
export interface SimulationControl {
  readonly simulation: Simulation;
  readonly context: Context;
  stop(): void;
}

async function consentAt(
  platform: Platform,
  origin: string,
  authorizeUrl: string,
  approve: boolean,
): Promise<string> {
  const { origin: asked, pathname, search, searchParams } = new URL(authorizeUrl);
  if (asked !== origin || pathname !== authorizePath) {
    throw new Error('this is not the address of the simulated provider');
  }
  const page = await platform.exchange({
    method: 'GET',
    target: `${pathname}${search}`,
    headers: {},
    body: '',
  });
  const form = new URLSearchParams(searchParams);
  form.set('decision', approve ? 'allow' : 'deny');
  const shown = page.kind === 'answer' && page.status === 200;
  const last = shown
    ? await platform.exchange({ method: 'POST', target: pathname, headers: {}, body: form.toString() })
    : page;
  const location = last.kind === 'answer' ? last.headers['Location'] : undefined;
  if (location === undefined) {
    throw new Error(
      `the provider sent the person nowhere: ${last.kind === 'answer' ? last.status : last.kind}`,
    );
  }
  return location;
}

function userOf(context: Context, id: number): UserRecord {
  const user = context.state.users.get(id);
  if (user === undefined) {
    throw new Error(`the simulator has no user ${id}`);
  }
  return user;
}

function appOf({ provider }: Context, clientId: string): ProviderApp {
  const app = provider.findApp(clientId);
  if (app === undefined) {
    throw new Error(`the provider has no application ${clientId}`);
  }
  return app;
}

export function createSimulation(options: SimulationOptions = {}): SimulationControl {
  const clock = options.clock ?? systemClock;
  const knobs = createKnobs(options.knobs);
  const context = createContext(knobs, clock, options.random ?? systemRandom);
  const { state, provider, tenancy } = context;
  const faults = createFaults();
  const snapshots = (): readonly InstanceSnapshot[] =>
    [...state.instances.values()].map((instance) => snapshotOf(instance, context));
  const ledger = createLedger(clock, () =>
    snapshots().map(({ id, name, connector, tags, disabled, organizationId }) => ({
      id,
      name,
      connector,
      tags,
      disabled,
      organizationId,
    })),
  );
  const platform = createPlatform(context, ledger, faults);
  const owner = tenancy.addOrganization({ name: 'Example', ...options.credentials });
  const firstUsers = [owner, ...(options.organizations ?? []).map((one) => tenancy.addOrganization(one))];
  const app = provider.registerApp(options.app);

  const simulation: Simulation = {
    get baseUrl() {
      return context.origin;
    },
    get credentials() {
      return credentialsOf(owner);
    },
    app,
    knobs,
    faults,
    ledger,
    exchange: (request) => platform.exchange(request),

    instances: snapshots,
    addInstance: ({ userId, clientId = app.clientId, ...rest } = {}) =>
      snapshotOf(
        addOutOfBand(
          context,
          appOf(context, clientId),
          userId === undefined ? owner : userOf(context, userId),
          rest,
        ),
        context,
      ),
    copyInstance: (id, options = {}) => snapshotOf(copyOutOfBand(context, id, options), context),
    editInstance: (id, edit) => snapshotOf(editOutOfBand(context, id, edit), context),
    deleteInstance: (id) => deleteOutOfBand(context, id),

    organizations: () => firstUsers.map(credentialsOf),
    addOrganization(organization) {
      const user = tenancy.addOrganization(organization);
      firstUsers.push(user);
      return credentialsOf(user);
    },
    addUser: (user) => credentialsOf(tenancy.addUser(user)),
    rotateUserSecret(userId = owner.id) {
      const user = userOf(context, userId);
      replaceUserSecret(state, user, context.ids);
      return credentialsOf(user);
    },

    registerApp: (one) => provider.registerApp(one),
    registerAccount: ({ server, encryptedKey }) => provider.registerAccount(server, encryptedKey),
    issueCode: (request) => provider.issueCode({ clientId: app.clientId, scope: 'full', ...request }),
    issueRefreshToken: ({ clientId } = {}) => provider.issueRefreshToken(clientId ?? app.clientId),
    consent: (authorizeUrl, { approve }) => consentAt(platform, context.origin, authorizeUrl, approve),
    revokeGrant(id) {
      provider.revoke(existing(context, id).configuration.get('oauth.user.token') ?? '');
    },
    failTokenRefresh(id, { revokes = true } = {}) {
      const instance = existing(context, id);
      if (revokes) {
        provider.revoke(instance.configuration.get('oauth.user.token') ?? '');
      }
      lockRefresh(context, instance);
    },
    startOutage: (outage) => context.outages.start(outage),
    endOutage: () => context.outages.end(),
  };
  return { simulation, context, stop: () => platform.stop() };
}
