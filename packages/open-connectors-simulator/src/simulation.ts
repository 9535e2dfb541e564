import { type Clock, systemClock } from 'test-kit/clock.ts';
import { type Random, systemRandom } from 'test-kit/random.ts';
import { countFailedRefresh } from './connection.ts';
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
import { createPlatform, type Platform } from './platform.ts';
import type { CodeRequest, ProviderApp } from './provider.ts';
import { replaceUserSecret, type UserRecord } from './state.ts';
import { type Credentials, credentialsOf, type OrganizationOptions, type UserOptions } from './tenancy.ts';
import { createWorld, type World } from './world.ts';

export interface SimulationOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly knobs?: Partial<Knobs>;
  /** Organizations besides the default one. */
  readonly organizations?: readonly OrganizationOptions[];
  /** Secrets of the default organization; random where absent. */
  readonly credentials?: { readonly userSecret?: string; readonly organizationSecret?: string };
  /** The application that is registered from the start; random where absent, any https callback URL. */
  readonly app?: Partial<ProviderApp>;
}

/** The platform and the provider with everything a test does behind a client's back; without a socket. */
export interface Simulation extends Pick<Platform, 'exchange'> {
  /** `https://localhost:PORT` in a running simulator. */
  readonly baseUrl: string;
  /** Those of the default organization's user, as they are now. */
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
  /** As a person who copies an instance in the console: the same name, tags and values under a new id. */
  copyInstance(id: number, options?: { readonly createdAt?: number }): InstanceSnapshot;
  /** As another client: `tags` replaces all, so that it can also take an instance over. */
  editInstance(id: number, edit: InstanceEdit): InstanceSnapshot;
  deleteInstance(id: number): void;

  /** Credentials of all organizations' first users, the default one first. */
  organizations(): readonly Credentials[];
  addOrganization(options?: OrganizationOptions): Credentials;
  addUser(options: UserOptions): Credentials;
  /** Resets a user's secret (absent: the default user's); the old one stops at once. */
  rotateUserSecret(userId?: number): Credentials;

  registerApp(app?: Partial<ProviderApp>): ProviderApp;
  /** From then on hub calls to this server need this Encrypted Key. */
  registerAccount(account: { readonly server: string; readonly encryptedKey: string }): void;
  /** A code as consent gives it; absent parts: the default application, and its callback URL of the request. */
  issueCode(request: Partial<CodeRequest> & { readonly callbackUrl: string }): string;
  issueRefreshToken(request?: { readonly clientId?: string }): string;
  /** Consents, or not, as a person in a browser; gives the address that the browser is sent to. */
  consent(authorizeUrl: string, answer: { readonly approve: boolean }): Promise<string>;
  /** As a person who removes the application at the provider. */
  revokeGrant(id: number): void;
  /** The refreshes of the platform fail until it gives up: grant dead, instance disabled. */
  failTokenRefresh(id: number): void;
}

/** The part that a server needs besides. */
export interface SimulationControl {
  readonly simulation: Simulation;
  readonly world: World;
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

function userOf(world: World, id: number): UserRecord {
  const user = world.state.users.get(id);
  if (user === undefined) {
    throw new Error(`the simulator has no user ${id}`);
  }
  return user;
}

export function createSimulation(options: SimulationOptions = {}): SimulationControl {
  const clock = options.clock ?? systemClock;
  const knobs = createKnobs(options.knobs);
  const world = createWorld(knobs, clock, options.random ?? systemRandom);
  const { state, provider, tenancy } = world;
  const faults = createFaults();
  const snapshots = (): readonly InstanceSnapshot[] =>
    [...state.instances.values()].map((instance) => snapshotOf(instance, world));
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
  const platform = createPlatform(world, ledger, faults);
  const owner = tenancy.addOrganization({ name: 'Example', ...options.credentials });
  const firstUsers = [owner, ...(options.organizations ?? []).map((one) => tenancy.addOrganization(one))];
  const app = provider.registerApp(options.app);

  const simulation: Simulation = {
    get baseUrl() {
      return world.origin;
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
    addInstance: ({ userId, ...rest } = {}) =>
      snapshotOf(addOutOfBand(world, app, userId === undefined ? owner : userOf(world, userId), rest), world),
    copyInstance: (id, options = {}) => snapshotOf(copyOutOfBand(world, id, options), world),
    editInstance: (id, edit) => snapshotOf(editOutOfBand(world, id, edit), world),
    deleteInstance: (id) => deleteOutOfBand(world, id),

    organizations: () => firstUsers.map(credentialsOf),
    addOrganization(organization) {
      const user = tenancy.addOrganization(organization);
      firstUsers.push(user);
      return credentialsOf(user);
    },
    addUser: (user) => credentialsOf(tenancy.addUser(user)),
    rotateUserSecret(userId = owner.id) {
      const user = userOf(world, userId);
      replaceUserSecret(state, user, world.ids);
      return credentialsOf(user);
    },

    registerApp: (one) => provider.registerApp(one),
    registerAccount: ({ server, encryptedKey }) => provider.registerAccount(server, encryptedKey),
    issueCode: (request) => provider.issueCode({ clientId: app.clientId, scope: 'full', ...request }),
    issueRefreshToken: ({ clientId } = {}) => provider.issueRefreshToken(clientId ?? app.clientId),
    consent: (authorizeUrl, { approve }) => consentAt(platform, world.origin, authorizeUrl, approve),
    revokeGrant(id) {
      provider.revoke(existing(world, id).configuration.get('oauth.user.token') ?? '');
    },
    failTokenRefresh(id) {
      const instance = existing(world, id);
      provider.revoke(instance.configuration.get('oauth.user.token') ?? '');
      while (!instance.refreshLocked) {
        countFailedRefresh(world, instance);
      }
    },
  };
  return { simulation, world, stop: () => platform.stop() };
}
