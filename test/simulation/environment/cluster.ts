import { join } from 'node:path';
import {
  createMemoryApiServer,
  type MemoryApiServer,
  type Receiver,
} from 'kube-apiserver-emulator/in-memory.ts';
import { VirtualClock } from 'test-kit/virtual-clock.ts';
import { GROUP } from '../../../src/api/group.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { installCrds, readCrds } from '../../support/controlplane/crds.ts';
import type { Rest, RestAnswer } from '../../support/controlplane/rest.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { TOKEN } from './memory-kube-config.ts';

/** The namespace of the operator. */
export const HOME = 'operator';
/** The namespace of the connectors. */
export const TEAM = 'team';

const CRDS = join(import.meta.dirname, '../../../crds');

/** Kubernetes in memory, with the user's own client, which no fault concerns. */
export interface Cluster {
  readonly server: MemoryApiServer;
  readonly rest: Pick<Rest, 'request'>;
}

/** The resources of `crds/`, compiled once for all runs of a process. */
export type Definitions = ReturnType<MemoryApiServer['customResources']>;

/** Compiles the CRDs. */
export async function compileDefinitions(): Promise<Definitions> {
  const { server, rest } = createCluster(new VirtualClock(), seededRandom(0), []);
  await installCrds(rest, await readCrds(CRDS));
  return server.customResources(GROUP);
}

/** A cluster with the CRDs and the namespaces `HOME` and `TEAM`. */
export function createCluster(clock: Clock, random: Random, customResources: Definitions): Cluster {
  const server = createMemoryApiServer({
    clock,
    random,
    customResources,
    namespaces: [HOME, TEAM],
    users: { [TOKEN]: { name: 'operator', groups: [] } },
  });
  const rest = {
    request: (method: string, path: string, body?: unknown, options?: { readonly contentType?: string }) =>
      request(server, method, path, body, options?.contentType ?? 'application/json'),
  };
  return { server, rest };
}

function request(
  server: MemoryApiServer,
  method: string,
  url: string,
  body: unknown,
  contentType: string,
): Promise<RestAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    const receiver: Receiver = {
      head: (code) => {
        status = code;
      },
      data: (chunk) => {
        text += chunk.toString('utf8');
      },
      end: () => resolve({ status, body: text === '' ? undefined : JSON.parse(text) }),
      broken: () => reject(new Error(`${method} ${url}: the connection broke`)),
    };
    const headers = {
      authorization: `Bearer ${server.token}`,
      'content-type': contentType,
      'user-agent': 'user',
    };
    const payload = body === undefined ? undefined : JSON.stringify(body);
    server.exchange({ method, url, headers, body: payload }, receiver);
  });
}
