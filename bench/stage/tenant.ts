import { z } from 'zod';
import { API_VERSION } from '../../src/api/group.ts';
import {
  account,
  CALLBACK_URL,
  type Manifest,
  restConnector,
  secret,
} from '../../test/support/workbench/manifests.ts';
import { inParallel } from './in-parallel.ts';
import type { Stage } from './stage.ts';

/** Requests of the load generator at a time. */
const PARALLEL = 16;

/** Reasons with which a connector requests a new code. */
const ASKING = new Set(['AuthorizationRequired', 'CredentialUsed']);

const conditionSchema = z.object({ type: z.string(), status: z.string(), reason: z.string() });
const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(
    z.object({
      status: z
        .object({
          instance: z.object({ id: z.number() }).optional(),
          conditions: z.array(conditionSchema).default([]),
        })
        .default({ conditions: [] }),
    }),
  ),
});
const connectorSchema = listSchema.shape.items.element;

/** What the status of all connectors says. */
export interface TenantProgress {
  readonly ready: number;
  /** Those that request a new code. */
  readonly asking: number;
  readonly all: number;
  /** Ids of the instances. */
  readonly instances: ReadonlySet<number>;
}

/** A namespace with an account, and with connectors that have Secrets of their own. */
export interface Tenant {
  readonly namespace: string;
  /** Creates the Secrets of `count` connectors, each with a new code; `first` is the index of the first. */
  createSecrets(count: number, first?: number): Promise<void>;
  /** Creates `count` Secrets that no connector references. */
  createForeignSecrets(count: number): Promise<void>;
  createConnectors(count: number, first?: number): Promise<void>;
  deleteConnectors(count: number): Promise<void>;
  /** Merges `spec` into that of a connector. */
  editConnector(index: number, spec: Readonly<Record<string, unknown>>): Promise<void>;
  /** Merges `spec` into that of the account. */
  editAccount(spec: Readonly<Record<string, unknown>>): Promise<void>;
  /** Writes another client secret into the Secret of a connector. */
  changeClientSecret(index: number, value: string): Promise<void>;
  /** Id of the instance of a connector. Rejects where there is none. */
  instanceOf(index: number): Promise<number>;
  progress(): Promise<TenantProgress>;
}

/** A new namespace of `stage` with the account `sap`. */
export async function createTenant({ plane, simulator }: Stage): Promise<Tenant> {
  const namespace = await plane.createNamespace('bench');
  const pathOf = (kind: string): string => {
    const group = kind === 'Secret' ? '/api/v1' : `/apis/${API_VERSION}`;
    const plural = { Secret: 'secrets', OpenConnectorsAccount: 'openconnectorsaccounts' }[kind];
    return `${group}/namespaces/${namespace}/${plural ?? 'infusionsoftconnectors'}`;
  };
  const send = async (
    method: string,
    path: string,
    body?: object,
    contentType = 'application/json',
  ): Promise<unknown> => {
    const answer = await plane.rest.request(method, path, body, { contentType });
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status}`);
    }
    return answer.body;
  };
  const patch = async (kind: string, name: string, body: object): Promise<void> => {
    await send('PATCH', `${pathOf(kind)}/${name}`, body, 'application/merge-patch+json');
  };
  const create = (manifest: Manifest) => send('POST', pathOf(manifest.kind), manifest);
  const nameOf = (index: number): string => `crm-${String(index).padStart(5, '0')}`;

  await create(
    secret('sap-account', {
      userSecret: simulator.credentials.userSecret,
      organizationSecret: simulator.credentials.organizationSecret,
    }),
  );
  await create(
    account('sap', simulator.baseUrl, { limits: { requestsPerSecond: 1000, burst: 1000, concurrency: 64 } }),
  );

  return {
    namespace,
    async createSecrets(count, first = 0) {
      await inParallel(count, PARALLEL, async (index) => {
        const name = nameOf(first + index);
        const { clientId, clientSecret } = simulator.app;
        await create(secret(`${name}-oauth`, { client_id: clientId, client_secret: clientSecret }));
        await create(secret(`${name}-code`, { code: simulator.issueCode({ callbackUrl: CALLBACK_URL }) }));
      });
    },
    async createForeignSecrets(count) {
      await inParallel(count, PARALLEL, async (index) => {
        await create(secret(`foreign-${String(index).padStart(6, '0')}`, { password: `value-${index}` }));
      });
    },
    async createConnectors(count, first = 0) {
      await inParallel(count, PARALLEL, async (index) => {
        await create(restConnector(nameOf(first + index)));
      });
    },
    async deleteConnectors(count) {
      await inParallel(count, PARALLEL, (index) =>
        send('DELETE', `${pathOf('InfusionsoftConnector')}/${nameOf(index)}`),
      );
    },
    editConnector: (index, spec) => patch('InfusionsoftConnector', nameOf(index), { spec }),
    editAccount: (spec) => patch('OpenConnectorsAccount', 'sap', { spec }),
    changeClientSecret: (index, value) =>
      patch('Secret', `${nameOf(index)}-oauth`, { stringData: { client_secret: value } }),
    async instanceOf(index) {
      const body = await send('GET', `${pathOf('InfusionsoftConnector')}/${nameOf(index)}`);
      const { instance } = connectorSchema.parse(body).status;
      if (instance === undefined) {
        throw new Error(`${nameOf(index)} has no instance.`);
      }
      return instance.id;
    },
    async progress() {
      const statuses: z.infer<typeof connectorSchema>['status'][] = [];
      let token = '';
      do {
        const path = `${pathOf('InfusionsoftConnector')}?limit=500${token === '' ? '' : `&continue=${token}`}`;
        const page = listSchema.parse(await send('GET', path));
        statuses.push(...page.items.map(({ status }) => status));
        token = encodeURIComponent(page.metadata.continue ?? '');
      } while (token !== '');
      const count = (matches: (ready: z.infer<typeof conditionSchema>) => boolean): number =>
        statuses.filter(({ conditions }) =>
          conditions.some((condition) => condition.type === 'Ready' && matches(condition)),
        ).length;
      return {
        ready: count(({ status }) => status === 'True'),
        asking: count(({ status, reason }) => status === 'False' && ASKING.has(reason)),
        all: statuses.length,
        instances: new Set(statuses.flatMap(({ instance }) => instance?.id ?? [])),
      };
    },
  };
}
