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

const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z
        .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
        .default({ conditions: [] }),
    }),
  ),
});

/** A namespace with an account, and with connectors that have Secrets of their own. */
export interface Tenant {
  readonly namespace: string;
  /** Creates the Secrets of `count` connectors, each with a new code. */
  createSecrets(count: number): Promise<void>;
  /** Creates `count` Secrets that no connector references. */
  createForeignSecrets(count: number): Promise<void>;
  createConnectors(count: number): Promise<void>;
  deleteConnectors(count: number): Promise<void>;
  /** Number of connectors that are Ready, and of all. */
  progress(): Promise<{ readonly ready: number; readonly all: number }>;
}

/** A new namespace of `stage` with the account `sap`. */
export async function createTenant({ plane, simulator }: Stage): Promise<Tenant> {
  const namespace = await plane.createNamespace('bench');
  const pathOf = (kind: string): string => {
    const group = kind === 'Secret' ? '/api/v1' : `/apis/${API_VERSION}`;
    const plural = { Secret: 'secrets', OpenConnectorsAccount: 'openconnectorsaccounts' }[kind];
    return `${group}/namespaces/${namespace}/${plural ?? 'infusionsoftconnectors'}`;
  };
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await plane.rest.request(method, path, body);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status}`);
    }
    return answer.body;
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
    async createSecrets(count) {
      await inParallel(count, PARALLEL, async (index) => {
        const name = nameOf(index);
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
    async createConnectors(count) {
      await inParallel(count, PARALLEL, async (index) => {
        await create(restConnector(nameOf(index)));
      });
    },
    async deleteConnectors(count) {
      await inParallel(count, PARALLEL, (index) =>
        send('DELETE', `${pathOf('InfusionsoftConnector')}/${nameOf(index)}`),
      );
    },
    async progress() {
      let ready = 0;
      let all = 0;
      let token = '';
      do {
        const path = `${pathOf('InfusionsoftConnector')}?limit=500${token === '' ? '' : `&continue=${token}`}`;
        const page = listSchema.parse(await send('GET', path));
        all += page.items.length;
        ready += page.items.filter(({ status }) =>
          status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
        ).length;
        token = encodeURIComponent(page.metadata.continue ?? '');
      } while (token !== '');
      return { ready, all };
    },
  };
}
