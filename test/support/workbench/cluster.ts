import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import { parseAccount, parseConnector } from '../../../src/api/parse.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { poll } from '../controlplane/poll.ts';
import type { Rest } from '../controlplane/rest.ts';
import type { Manifest } from './manifests.ts';

const PLURALS: Readonly<Record<string, string>> = {
  Secret: 'secrets',
  InfusionsoftConnector: 'infusionsoftconnectors',
  OpenConnectorsAccount: 'openconnectorsaccounts',
};

const list = z.object({ items: z.array(z.unknown()) });
const eventList = z.object({
  items: z.array(
    z.object({
      reason: z.string(),
      type: z.string(),
      message: z.string().default(''),
      involvedObject: z.object({ kind: z.string(), name: z.string() }),
    }),
  ),
});
const secretObject = z.object({
  metadata: z.looseObject({
    ownerReferences: z.array(z.looseObject({ uid: z.string(), kind: z.string() })).default([]),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  type: z.string(),
  data: z.record(z.string(), z.string()).default({}),
});

/** Timeout of waits in a cluster, milliseconds. */
const PATIENCE_MS = 30_000;

/** One namespace, as a user works in it: create, change, delete, read. */
export interface Namespace {
  readonly name: string;
  create(...manifests: readonly Manifest[]): Promise<void>;
  /** Merge-patches an object of ours or a Secret (`stringData` in clear). */
  patch(kind: string, name: string, patch: unknown): Promise<void>;
  remove(kind: string, name: string): Promise<void>;
  exists(kind: string, name: string): Promise<boolean>;
  connector(name: string): Promise<ReturnType<typeof parseConnector>>;
  connectors(): Promise<readonly ReturnType<typeof parseConnector>[]>;
  account(name: string): Promise<ReturnType<typeof parseAccount>>;
  /** A Secret with decoded values; `undefined` if it does not exist. */
  secret(name: string): Promise<
    | {
        readonly type: string;
        readonly values: Readonly<Record<string, string>>;
        readonly owners: readonly string[];
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      }
    | undefined
  >;
  events(name: string): Promise<z.infer<typeof eventList>['items']>;
  /** Waits until the condition has the status (and the reason), and returns its message. */
  waitFor(
    kind: 'InfusionsoftConnector' | 'OpenConnectorsAccount',
    name: string,
    type: string,
    status: string,
    reason?: string,
  ): Promise<string>;
  waitGone(kind: string, name: string): Promise<void>;
}

/** A new namespace of `plane`. */
export async function createNamespace(plane: ControlPlane, prefix: string): Promise<Namespace> {
  return useNamespace(plane, await plane.createNamespace(prefix));
}

/** An existing namespace. */
export function useNamespace(plane: { readonly rest: Pick<Rest, 'request'> }, namespace: string): Namespace {
  const path = (kind: string, name?: string): string => {
    const plural = PLURALS[kind];
    if (plural === undefined) {
      throw new Error(`unknown kind ${kind}`);
    }
    const root = kind === 'Secret' ? '/api/v1' : `/apis/${API_VERSION}`;
    return `${root}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
  };
  const call = async (method: string, url: string, body?: unknown, contentType?: string) => {
    const answer = await plane.rest.request(
      method,
      url,
      body,
      contentType === undefined ? {} : { contentType },
    );
    if (answer.status >= 300) {
      throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
  const read = async (kind: string, name: string): Promise<unknown> => {
    const answer = await plane.rest.request('GET', path(kind, name));
    return answer.status === 404 ? undefined : answer.body;
  };
  const conditionsOf = async (kind: string, name: string) => {
    const object = await read(kind, name);
    if (object === undefined) {
      return [];
    }
    const parsed = kind === 'OpenConnectorsAccount' ? parseAccount(object) : parseConnector(object);
    const isCurrent = parsed.status?.observedGeneration === parsed.metadata.generation;
    return isCurrent ? (parsed.status?.conditions ?? []) : [];
  };
  return {
    name: namespace,
    async create(...manifests) {
      for (const manifest of manifests) {
        await call('POST', path(manifest.kind), manifest);
      }
    },
    async patch(kind, name, patch) {
      await call('PATCH', path(kind, name), patch, 'application/merge-patch+json');
    },
    async remove(kind, name) {
      await call('DELETE', path(kind, name));
    },
    exists: async (kind, name) => (await read(kind, name)) !== undefined,
    connector: async (name) => parseConnector(await read('InfusionsoftConnector', name)),
    connectors: async () =>
      list.parse(await call('GET', path('InfusionsoftConnector'))).items.map(parseConnector),
    account: async (name) => parseAccount(await read('OpenConnectorsAccount', name)),
    async secret(name) {
      const object = await read('Secret', name);
      if (object === undefined) {
        return undefined;
      }
      const { type, data, metadata } = secretObject.parse(object);
      return {
        type,
        values: Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
        ),
        owners: metadata.ownerReferences.map(({ uid }) => uid),
        labels: metadata.labels,
        annotations: metadata.annotations,
      };
    },
    async events(name) {
      const { items } = eventList.parse(await call('GET', `/api/v1/namespaces/${namespace}/events`));
      return items.filter(({ involvedObject }) => involvedObject.name === name);
    },
    async waitFor(kind, name, type, status, reason) {
      const found = await poll(
        async () =>
          (await conditionsOf(kind, name)).find(
            (condition) =>
              condition.type === type &&
              condition.status === status &&
              (reason === undefined || condition.reason === reason),
          ),
        PATIENCE_MS,
        async () =>
          `${kind} ${name} did not come to ${type}=${status} ${reason ?? ''}: ${JSON.stringify(await conditionsOf(kind, name), undefined, 1)}`,
      );
      return found.message;
    },
    async waitGone(kind, name) {
      await poll(
        async () => ((await read(kind, name)) === undefined ? true : undefined),
        PATIENCE_MS,
        async () => `${kind} ${name} is still there: ${JSON.stringify(await read(kind, name))}`,
      );
    },
  };
}
