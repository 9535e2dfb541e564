import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from 'test-kit/certificate-authority.ts';
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
import { handle, type ListenerParts } from './http/listener.ts';
import type { RequestInfo } from './http/request-info.ts';
import { tokenKubeconfig } from './kubeconfig.ts';
import { Ledger } from './ledger.ts';
import { startNamespaceController } from './namespaces.ts';
import { createObject } from './operations/create.ts';
import { startRoleAggregation } from './rbac/aggregation.ts';
import { alwaysAllow, rbacAuthorizer } from './rbac/authorizer.ts';
import { createDefaultRoles } from './rbac/bootstrap.ts';
import { Registry } from './registry.ts';
import { Store } from './store.ts';
import { Worker } from './worker.ts';

/** How to start an emulator. */
export interface ApiServerOptions {
  /** Absent: any free port. */
  readonly port?: number;
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
  /** Further authorization: throws an ApiError to deny a request. */
  readonly authorize?: (user: User, request: RequestInfo) => void;
}

/** A running emulator: a development tool that behaves like an API server, and is not Kubernetes. */
export interface ApiServer {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly caPem: string;
  /** Bearer token of the administrator. */
  readonly token: string;
  /** YAML, with CA and token inside. */
  readonly kubeconfig: string;
  /** A kubeconfig for another bearer token. */
  kubeconfigFor(token: string): string;
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** Ends every connection, stream and timer. */
  stop(): Promise<void>;
}

const defaultBookmarkIntervalMs = 60_000;
const defaultHistory = 10_000;

/** Starts an API server on the loopback address, with a new certificate authority and token. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
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
    createNamespace(context, name);
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
  const ledger = new Ledger();
  const authority = await createAuthority('kube-apiserver emulator');
  const server = await listen(
    await authority.issue('kube-apiserver emulator', ['127.0.0.1', 'localhost']),
    options.port ?? 0,
    {
      context,
      ledger,
      faults,
      authenticator: (candidate) => users.get(candidate) ?? tokens.user(candidate),
      tokens,
      authorizer: rbac ? rbacAuthorizer(context.store) : alwaysAllow,
      authorize: options.authorize ?? (() => undefined),
      bookmarkIntervalMs: options.bookmarkIntervalMs ?? defaultBookmarkIntervalMs,
      stopped: stopping.signal,
    },
  );
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfigFor = (of: string): string => tokenKubeconfig(url, authority.caPem, of);
  return {
    url,
    caPem: authority.caPem,
    token,
    kubeconfig: kubeconfigFor(token),
    kubeconfigFor,
    ledger,
    faults,
    async stop() {
      stopping.abort(new Error('the server was stopped'));
      worker.stop();
      for (const stop of controllers) {
        stop();
      }
      await close(server);
    },
  };
}

function createContext(options: ApiServerOptions): Context {
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

function createNamespace(context: Context, name: string): void {
  createObject(
    context,
    namespaces,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { namespace: '', dryRun: false },
  );
}

async function listen(
  certificate: { readonly keyPem: string; readonly certPem: string },
  port: number,
  parts: ListenerParts,
): Promise<Server> {
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem }, (request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      // Only a closed connection or a stop leads here, so there is no client to respond to.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  // Watches send nothing for long times, and clients reuse connections.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
  server.closeAllConnections();
  await closed;
}
