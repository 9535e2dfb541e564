import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { type Change, Collection, Refusal, type Stored } from './collections.ts';
import { type Fault, type FaultMatch, FaultScript, fits, type Received } from './faults.ts';

interface Target {
  readonly collection: Collection;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

interface Watcher {
  readonly collection: Collection;
  readonly namespace: string | undefined;
  readonly response: ServerResponse;
}

/** The state of the whole server at one time. */
export interface Backup {
  readonly version: number;
  readonly restore: () => void;
}

const pathPattern =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+\/[^/]+))(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

/**
 * A minimal API server for what the emulator in `packages/` refuses to do: malformed lines in a watch, a backup whose
 * resource versions run backward, and resources of any type without a definition.
 */
export class FakeKube implements AsyncDisposable {
  /** All requests, in order. */
  readonly requests: Received[] = [];
  readonly #server: Server;
  readonly #faults = new FaultScript();
  readonly #collections = new Map<string, Collection>();
  readonly #watchers = new Set<Watcher>();
  #version = 100;
  #oldestVersion = 0;
  #connectionCount = 0;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.on('connection', (socket) => {
      this.#connectionCount++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeKube> {
    const fake = new FakeKube();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A kubeconfig for this server. */
  get kubeconfig(): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fake', cluster: { server: this.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'fake', user: { token: 'a-token' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      'current-context': 'fake',
    });
  }

  /** `kubeconfig`, loaded. */
  config(): PooledKubeConfig {
    const config = new KubeConfig();
    config.loadFromString(this.kubeconfig);
    return PooledKubeConfig.from(config, systemClock);
  }

  /** The collection of `<group>/<version>` (or `v1`) and plural, created on first use. */
  collection(apiVersion: string, plural: string): Collection {
    const key = `${apiVersion}/${plural}`;
    const known = this.#collections.get(key);
    if (known !== undefined) {
      return known;
    }
    const made: Collection = new Collection(
      apiVersion,
      plural,
      () => ++this.#version,
      (change) => this.#broadcast(made, change),
    );
    this.#collections.set(key, made);
    return made;
  }

  /** Applies a fault to the next `times` matching requests. */
  fail(match: FaultMatch, fault: Fault, times = 1): void {
    this.#faults.add(match, fault, times);
  }

  /** Removes all faults. */
  heal(): void {
    this.#faults.clear();
  }

  /** Drops the history, so that a watch from an older version gets a 410. */
  loseHistory(): void {
    this.#version++;
    this.#oldestVersion = this.#version;
  }

  /** Returns a backup of the current state for `restore`. */
  backup(): Backup {
    const collections = [...this.#collections.values()].map((collection) => collection.backup());
    return { version: this.#version, restore: () => collections.map((restore) => restore()) };
  }

  /** Restores a backup, including resource versions and history; watches end. */
  restore({ version, restore }: Backup): void {
    restore();
    this.#version = version;
    this.closeWatches('reset');
  }

  /** Number of connections since the start. */
  get connections(): number {
    return this.#connectionCount;
  }

  /** Number of open connections. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Number of open watches. */
  get openWatches(): number {
    return this.#watchers.size;
  }

  /** Matching requests. */
  received(match: FaultMatch): Received[] {
    return this.requests.filter((request) => fits(match, request));
  }

  /** Ends all open watches, regularly or by resetting their connections. */
  closeWatches(how: 'end' | 'reset'): void {
    for (const { response } of this.#watchers) {
      if (how === 'end') {
        response.end();
      } else {
        response.socket?.resetAndDestroy();
      }
    }
    this.#watchers.clear();
  }

  /** Sends any line to all open watches. */
  sendLine(line: unknown): void {
    for (const { response } of this.#watchers) {
      response.write(`${JSON.stringify(line)}\n`);
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const text = await readAll(request);
    const received: Received = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      isWatch: url.searchParams.get('watch') === 'true',
    };
    this.requests.push(received);
    const fault = this.#faults.take(received);
    if (fault !== undefined) {
      this.#actOut(fault, received, response);
      return;
    }
    try {
      if (received.isWatch) {
        this.#watch(received, response);
      } else {
        send(response, received.method === 'POST' ? 201 : 200, this.#answer(received));
      }
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      send(response, error.code, statusOf(error.code, error.reason));
    }
  }

  #actOut(fault: Fault, received: Received, response: ServerResponse): void {
    switch (fault.kind) {
      case 'status':
        send(response, fault.code, statusOf(fault.code, fault.reason ?? ''), fault.headers);
        return;
      case 'reset-after':
        this.#answer(received);
        response.socket?.resetAndDestroy();
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'mute':
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
        return;
      case 'lines':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(fault.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        return;
      case 'silent':
        // No response: the client waits until its own timeout.
        return;
    }
  }

  #answer(received: Received): unknown {
    const { collection, namespace, name, subresource } = this.#target(received.path);
    if (name === undefined) {
      if (received.method === 'POST') {
        return collection.create(namespace, received.body);
      }
      return this.#page(collection, namespace, received.query);
    }
    switch (received.method) {
      case 'GET':
        return collection.get(namespace, name);
      case 'PUT':
        return collection.replace(namespace, name, received.body, subresource);
      case 'PATCH':
        return collection.patch(namespace, name, received.body, subresource);
      case 'DELETE':
        return collection.delete(namespace, name);
      default:
        throw new Refusal(405, 'MethodNotAllowed');
    }
  }

  #page(collection: Collection, namespace: string | undefined, query: URLSearchParams): unknown {
    const all = collection.list(namespace);
    const start = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? 0) || all.length;
    const end = start + limit;
    return {
      apiVersion: collection.apiVersion,
      kind: 'WidgetList',
      metadata: { resourceVersion: String(this.#version), continue: end < all.length ? String(end) : '' },
      items: all.slice(start, end).map(({ apiVersion: _apiVersion, kind: _kind, ...item }) => item),
    };
  }

  #watch(received: Received, response: ServerResponse): void {
    const { collection, namespace } = this.#target(received.path);
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    const from = received.query.get('resourceVersion');
    const watcher: Watcher = { collection, namespace, response };
    if (from === null || from === '') {
      for (const object of collection.list(namespace)) {
        write(watcher, { version: 0, type: 'ADDED', object });
      }
    } else if (Number(from) < this.#oldestVersion) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: statusOf(410, 'Expired') })}\n`);
      return;
    } else {
      for (const change of collection.changes) {
        if (change.version > Number(from)) {
          write(watcher, change);
        }
      }
    }
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }

  #broadcast(collection: Collection, change: Change): void {
    for (const watcher of this.#watchers) {
      if (watcher.collection === collection) {
        write(watcher, change);
      }
    }
  }

  #target(path: string): Target {
    const groups = pathPattern.exec(path)?.groups;
    const plural = groups?.['plural'];
    if (groups === undefined || plural === undefined) {
      throw new Refusal(404, 'NotFound');
    }
    const apiVersion = groups['core'] ?? groups['group'] ?? '';
    const { namespace, name, subresource } = groups;
    return { collection: this.collection(apiVersion, plural), namespace, name, subresource };
  }
}

function write({ namespace, response }: Watcher, { type, object }: Change): void {
  if (namespace !== undefined && object.metadata.namespace !== namespace) {
    return;
  }
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function send(
  response: ServerResponse,
  code: number,
  body: Stored | unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function statusOf(code: number, reason: string): Record<string, unknown> {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: `secret-detail ${reason}`,
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
