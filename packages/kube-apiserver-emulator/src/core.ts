import { type Clock, systemClock } from 'test-kit/clock.ts';
import { type Random, systemRandom } from 'test-kit/random.ts';
import { reviewTypes } from './access/reviews.ts';
import { authenticatedGroup, ServiceAccountTokens } from './access/tokens.ts';
import { configMaps } from './builtin/configmaps.ts';
import { coreEvents, newEvents } from './builtin/events.ts';
import { leases } from './builtin/leases.ts';
import { namespaces, systemNamespaces } from './builtin/namespaces.ts';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from './builtin/rbac.ts';
import { secrets } from './builtin/secrets.ts';
import { serviceAccounts } from './builtin/service-accounts.ts';
import type { Context } from './context.ts';
import { startCrdController } from './crds/controller.ts';
import { customResourceDefinitions } from './crds/crd-type.ts';
import { Faults } from './faults.ts';
import { startGarbageCollector } from './gc.ts';
import type { User } from './http/authentication.ts';
import type { ListenerParts } from './http/listener.ts';
import type { RequestInfo } from './http/request-info.ts';
import { Ledger } from './ledger.ts';
import { startNamespaceController } from './namespaces.ts';
import type { JsonObject } from './objects.ts';
import { ObjectClient, type ResourceName } from './operations/object-client.ts';
import { startRoleAggregation } from './rbac/aggregation.ts';
import { alwaysAllow, rbacAuthorizer } from './rbac/authorizer.ts';
import { createDefaultRoles } from './rbac/bootstrap.ts';
import { Registry } from './registry.ts';
import type { ResourceType } from './resource-type.ts';
import { noSuchPath } from './status.ts';
import { Store } from './store.ts';
import { Worker } from './worker.ts';

/** How a server behaves, with or without a socket. */
export interface CoreOptions {
  /** Created at the start, in addition to `default` and the `kube-` namespaces. */
  readonly namespaces?: readonly string[];
  /** For timestamps, bookmarks, timeouts, and controllers (which run after 0 ms). */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Milliseconds between bookmarks of a watch; 60,000 unless given. */
  readonly bookmarkIntervalMs?: number;
  /** Changes of each resource that a watch may lie behind before it gets 410; 10,000 unless given. */
  readonly watchHistory?: number;
  /** Further users, by their bearer tokens. */
  readonly users?: Readonly<Record<string, User>>;
  /** `AlwaysAllow` (the default), or `RBAC`, where every user except the administrator needs roles. */
  readonly authorization?: 'AlwaysAllow' | 'RBAC';
  /** Custom resources that are served from the start, without a definition; from another server's `customResources`. */
  readonly customResources?: readonly ResourceType[];
  /** CustomResourceDefinitions that are created at the start. */
  readonly definitions?: readonly JsonObject[];
  /** Further authorization: throws an ApiError to deny a request. */
  readonly authorize?: (user: User, request: RequestInfo) => void;
}

/** A server without a socket. */
export interface Core {
  /** For `handle`. */
  readonly parts: ListenerParts;
  /** Bearer token of the administrator. */
  readonly token: string;
  /** Reads and writes objects without a request. Fails with an ApiError if the resource is not served. */
  objects(resource: ResourceName): ObjectClient;
  /**
   * Takes a backup of all objects, resource versions and histories. The returned function restores it, as etcd is
   * restored from a snapshot: resource versions run backward, and the watches break. Definitions and namespaces have to
   * be the same at both times.
   */
  backup(): () => void;
  /** Ends every watch, wait and timer. */
  stop(): void;
}

const defaultBookmarkIntervalMs = 60_000;
const defaultHistory = 10_000;

/** Creates a server without a socket, with a new token. */
export function createCore(options: CoreOptions): Core {
  const context = createContext(options);
  const worker = new Worker(context.clock);
  const faults = new Faults(() => context.store.expire());
  const controllers = [
    startCrdController(context, (group, resource) => {
      faults.dropWatches({ group, resource }, 'end');
    }),
    startGarbageCollector(context, worker),
    startNamespaceController(context, worker),
    startRoleAggregation(context, worker),
  ];
  for (const name of [...systemNamespaces, ...(options.namespaces ?? [])]) {
    objectsOf(context, namespaces).create('', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }
  for (const definition of options.definitions ?? []) {
    objectsOf(context, customResourceDefinitions).create('', definition);
  }
  const rbac = options.authorization === 'RBAC';
  if (rbac) {
    createDefaultRoles(context);
  }
  const token = context.random.bytes(16).toString('hex');
  const users = new Map<string, User>([
    [token, { name: 'admin', groups: ['system:masters', authenticatedGroup] }],
    ...Object.entries(options.users ?? {}).map(
      ([of, { name, groups }]) => [of, { name, groups: [...groups, authenticatedGroup] }] as const,
    ),
  ]);
  const tokens = new ServiceAccountTokens(context);
  const stopping = new AbortController();
  return {
    token,
    objects: (resource) => objectsOf(context, resource),
    backup() {
      const restore = context.store.backup();
      return () => {
        restore();
        faults.dropWatches();
      };
    },
    parts: {
      context,
      ledger: new Ledger(),
      faults,
      authenticator: (candidate) => users.get(candidate) ?? tokens.user(candidate),
      tokens,
      authorizer: rbac ? rbacAuthorizer(context.store) : alwaysAllow,
      authorize: options.authorize ?? (() => undefined),
      bookmarkIntervalMs: options.bookmarkIntervalMs ?? defaultBookmarkIntervalMs,
      stopped: stopping.signal,
    },
    stop() {
      stopping.abort(new Error('the server was stopped'));
      worker.stop();
      for (const stop of controllers) {
        stop();
      }
    },
  };
}

function createContext(options: CoreOptions): Context {
  const registry = new Registry();
  for (const type of [
    configMaps,
    coreEvents,
    namespaces,
    secrets,
    serviceAccounts,
    roles,
    roleBindings,
    clusterRoles,
    clusterRoleBindings,
    ...reviewTypes,
    customResourceDefinitions,
    leases,
    newEvents,
    ...(options.customResources ?? []),
  ]) {
    registry.add(type);
  }
  return {
    store: new Store(options.watchHistory ?? defaultHistory),
    registry,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}

function objectsOf(context: Context, { group, version, plural }: ResourceName): ObjectClient {
  const type = context.registry.find(group, version, plural);
  if (type === undefined) {
    throw noSuchPath();
  }
  return new ObjectClient(context, type);
}
