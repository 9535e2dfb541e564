import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServer } from 'kube-apiserver-emulator/index.ts';
import { Agent, type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { ACCOUNT_NAMES, API_VERSION, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { DemoFailure } from './failure.ts';
import type { Manifest } from './samples.ts';

/** The kinds of the demo, with the paths of their collections below `/namespaces/<namespace>`. */
const collections: Readonly<Record<string, (namespace: string) => string>> = {
  Secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  Event: (namespace) => `/api/v1/namespaces/${namespace}/events`,
  Namespace: () => '/api/v1/namespaces',
  [CONNECTOR_NAMES.kind]: (namespace) =>
    `/apis/${API_VERSION}/namespaces/${namespace}/${CONNECTOR_NAMES.plural}`,
  [ACCOUNT_NAMES.kind]: (namespace) => `/apis/${API_VERSION}/namespaces/${namespace}/${ACCOUNT_NAMES.plural}`,
};

const tableAnswer = z.object({
  columnDefinitions: z.array(z.object({ name: z.string(), priority: z.number() })),
  rows: z.array(z.object({ cells: z.array(z.unknown()) })),
});
const secretAnswer = z.object({ data: z.record(z.string(), z.string()) });
const watchLine = z.object({ type: z.string(), object: z.unknown() });

/** An event of a watch. */
export type WatchLine = z.infer<typeof watchLine>;

/** One namespace of the API server, with requests as kubectl sends them. */
export interface Cluster {
  readonly namespace: string;
  /** Creates objects in their order. */
  create(...manifests: readonly Manifest[]): Promise<void>;
  /** A merge patch; `stringData` of Secrets in clear. */
  patch(kind: string, name: string, patch: unknown): Promise<void>;
  remove(kind: string, name: string): Promise<void>;
  /** `undefined` if the object does not exist. */
  read(kind: string, name: string): Promise<unknown>;
  /** One decoded value of a Secret. */
  readValue(secret: string, key: string): Promise<string>;
  list(kind: string, fieldSelector?: string): Promise<unknown>;
  /** Rows of texts as `kubectl get` shows them, the heading first. */
  table(kind: string): Promise<readonly (readonly string[])[]>;
  /** All objects of a kind, then every change, until `signal` aborts or the server stops. */
  watch(kind: string, signal: AbortSignal): AsyncGenerator<WatchLine>;
  close(): Promise<void>;
}

/** A client of `server` for one namespace. Every call ends with `signal`. */
export function connectTo(server: ApiServer, namespace: string, signal: AbortSignal): Cluster {
  const agent = new Agent({ allowH2: false, connect: { ca: server.caPem } });
  const path = (kind: string, name?: string): string => {
    const collection = collections[kind]?.(namespace);
    if (collection === undefined) {
      throw new Error(`unknown kind ${kind}`);
    }
    return name === undefined ? collection : `${collection}/${name}`;
  };
  const send = (
    method: Dispatcher.HttpMethod,
    target: string,
    options: {
      readonly body?: unknown;
      readonly accept?: string;
      readonly contentType?: string;
      readonly until?: AbortSignal;
    } = {},
  ) =>
    request(`${server.url}${target}`, {
      method,
      dispatcher: agent,
      signal: options.until ?? signal,
      bodyTimeout: 0,
      headers: {
        authorization: `Bearer ${server.token}`,
        accept: options.accept ?? 'application/json',
        'content-type': options.contentType ?? 'application/json',
      },
      body: options.body === undefined ? null : JSON.stringify(options.body),
    });
  const call = async (...args: Parameters<typeof send>): Promise<unknown> => {
    const { statusCode, body } = await send(...args);
    const answer: unknown = await body.json();
    if (statusCode >= 300) {
      throw new DemoFailure(`The API server refused ${args[0]} ${args[1]}: ${JSON.stringify(answer)}`);
    }
    return answer;
  };

  return {
    namespace,
    async create(...manifests) {
      for (const manifest of manifests) {
        await call('POST', path(manifest.kind), { body: manifest });
      }
    },
    async patch(kind, name, patch) {
      await call('PATCH', path(kind, name), { body: patch, contentType: 'application/merge-patch+json' });
    },
    async remove(kind, name) {
      await call('DELETE', path(kind, name));
    },
    async read(kind, name) {
      const { statusCode, body } = await send('GET', path(kind, name));
      const answer: unknown = await body.json();
      return statusCode === 404 ? undefined : answer;
    },
    async readValue(secret, key) {
      const value = secretAnswer.parse(await call('GET', path('Secret', secret))).data[key];
      if (value === undefined) {
        throw new DemoFailure(`Secret ${secret} has no key ${key}.`);
      }
      return Buffer.from(value, 'base64').toString('utf8');
    },
    list: (kind, fieldSelector) =>
      call(
        'GET',
        fieldSelector === undefined ? path(kind) : `${path(kind)}?${new URLSearchParams({ fieldSelector })}`,
      ),
    async table(kind) {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      const { columnDefinitions, rows } = tableAnswer.parse(await call('GET', path(kind), { accept }));
      const shown = columnDefinitions.flatMap(({ priority }, index) => (priority === 0 ? [index] : []));
      return [
        shown.map((index) => columnDefinitions[index]?.name.toUpperCase() ?? ''),
        ...rows.map(({ cells }) => shown.map((index) => String(cells[index] ?? ''))),
      ];
    },
    async *watch(kind, until) {
      while (!until.aborted) {
        const { body } = await send('GET', `${path(kind)}?watch=true`, { until });
        yield* lines(body);
        // Servers end watches regularly; a new one begins with the existing objects.
        await delay(100);
      }
    },
    close: () => agent.destroy(),
  };
}

async function* lines(body: AsyncIterable<Buffer>): AsyncGenerator<WatchLine> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts.filter((line) => line !== '')) {
      yield watchLine.parse(JSON.parse(part));
    }
  }
}
