import type { IncomingHttpHeaders } from 'node:http';
import { type Core, type CoreOptions, createCore } from './core.ts';
import type { Faults } from './faults.ts';
import { handle } from './http/listener.ts';
import { MemoryResponse, type Receiver } from './http/memory-response.ts';
import type { Ledger } from './ledger.ts';
import type { ResourceType } from './resource-type.ts';
import type { Store } from './store.ts';

export type { Receiver } from './http/memory-response.ts';

/** A whole request. */
export interface MemoryRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string | undefined;
}

/** An API server without a socket. Nothing in it depends on the system's clock where `clock` is given. */
export interface MemoryApiServer {
  /** Bearer token of the administrator. */
  readonly token: string;
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** What is stored, and each change right after its commit. */
  readonly store: Pick<Store, 'list' | 'get' | 'subscribe' | 'revision'>;
  /** The resources of the group, for `customResources` of further servers: definitions are slow to compile. */
  customResources(group: string): readonly ResourceType[];
  /** Processes a request. The returned function disconnects the client. */
  exchange(request: MemoryRequest, receiver: Receiver): () => void;
  stop(): void;
}

/** Creates an API server without a socket. */
export function createMemoryApiServer(options: CoreOptions = {}): MemoryApiServer {
  const core = createCore(options);
  const { ledger, faults, context } = core.parts;
  return {
    token: core.token,
    ledger,
    faults,
    store: context.store,
    customResources: (group) => context.registry.all().filter((type) => type.group === group),
    exchange: (request, receiver) => exchange(core, request, receiver),
    stop: core.stop,
  };
}

function exchange({ parts }: Core, request: MemoryRequest, receiver: Receiver): () => void {
  const response = new MemoryResponse(receiver);
  handle(parts, { ...request, [Symbol.asyncIterator]: () => bodyOf(request) }, response).catch(() => {
    // Only a disconnected client or a stop leads here, as in a server with a socket.
    response.destroy();
  });
  return () => response.disconnect();
}

async function* bodyOf({ body }: MemoryRequest): AsyncGenerator<Buffer> {
  if (body !== undefined) {
    yield Buffer.from(body);
  }
}
