// A client without any operator: it makes the calls that the job needs, and no other. The yardstick of the operator.
//   node bench/subjects/bare.ts create|delete NAMESPACE
import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { Pool } from 'undici';
import { z } from 'zod';
import { inParallel } from '../stage/in-parallel.ts';

/** Calls of Open Connectors at a time, as the account of the benchmark allows. */
const PARALLEL = 64;
const PAGE = 100;
const FINALIZER = 'openconnectors.dev/instance';

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
  status: z.looseObject({ instance: z.looseObject({ id: z.number() }).optional() }).optional(),
});
const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(objectSchema),
});
const instanceSchema = z.object({ id: z.number(), token: z.string() });

const [work, namespace = ''] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromDefault();
const cluster = config.getCurrentCluster();
const kube = new Pool(cluster?.server ?? '', {
  connections: PARALLEL,
  connect: { ca: Buffer.from(cluster?.caData ?? '', 'base64').toString() },
});
const token = config.getCurrentUser()?.token ?? '';
const connectors = `/apis/openconnectors.dev/v1beta1/namespaces/${namespace}/infusionsoftconnectors`;
const secrets = `/api/v1/namespaces/${namespace}/secrets`;

const values = new Map<string, Readonly<Record<string, string>>>();
for (const { metadata, data = {} } of await listAll(secrets)) {
  values.set(metadata.name, data);
}
const user = secretValue('sap-account', 'userSecret');
const organization = secretValue('sap-account', 'organizationSecret');
const remote = new Pool(`https://${process.env['ALLOWED_HOSTS'] ?? ''}`, {
  connections: PARALLEL,
  connect: { ca: readFileSync(process.env['CA_FILE'] ?? '', 'utf8') },
});
const objects = await listAll(connectors);
await inParallel(objects.length, PARALLEL, async (index) => {
  const object = objects[index];
  if (object !== undefined) {
    await (work === 'delete' ? remove(object) : create(object.metadata.name));
  }
});
await Promise.all([kube.close(), remote.close()]);

async function create(name: string): Promise<void> {
  await patch(`${connectors}/${name}`, {
    metadata: { finalizers: [FINALIZER], annotations: { pending: name } },
  });
  const instance = instanceSchema.parse(
    await call('POST', '/instances', {
      name: `${namespace}-${name}`,
      element: { key: 'infusionsoftrest' },
      tags: [`k8s-name-${name}`],
      providerData: { code: secretValue(`${name}-code`, 'code') },
      configuration: {
        'oauth.api.key': secretValue(`${name}-oauth`, 'client_id'),
        'oauth.api.secret': secretValue(`${name}-oauth`, 'client_secret'),
        'oauth.callback.url': 'https://connect.example.com/oauth/callback',
      },
    }),
  );
  await call('GET', '/hubs/crm/ping', undefined, instance.token);
  const stringData = { type: 'open-connectors', 'element-token': instance.token };
  await kubeCall('POST', secrets, 'application/json', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-connection` },
    stringData,
  });
  const time = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: '', lastTransitionTime: time };
  await patch(`${connectors}/${name}/status`, {
    status: {
      instance: { id: instance.id },
      observedGeneration: 1,
      conditions: [{ ...ready, observedGeneration: 1 }],
    },
  });
}

async function remove({ metadata, status }: z.infer<typeof objectSchema>): Promise<void> {
  const path = `/instances/${status?.instance?.id}`;
  await call('GET', path);
  await call('DELETE', path);
  await call('GET', path, undefined, undefined, [404]);
  await patch(`${connectors}/${metadata.name}`, { metadata: { finalizers: [] } });
}

async function listAll(path: string): Promise<z.infer<typeof objectSchema>[]> {
  const items: z.infer<typeof objectSchema>[] = [];
  let next = '';
  do {
    const page = listSchema.parse(await kubeCall('GET', `${path}?limit=${PAGE}${next}`));
    items.push(...page.items);
    const { continue: mark = '' } = page.metadata;
    next = mark === '' ? '' : `&continue=${encodeURIComponent(mark)}`;
  } while (next !== '');
  return items;
}

function secretValue(name: string, key: string): string {
  return Buffer.from(values.get(name)?.[key] ?? '', 'base64').toString();
}

function patch(path: string, body: object): Promise<unknown> {
  return kubeCall('PATCH', path, 'application/merge-patch+json', body);
}

async function kubeCall(
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  contentType = 'application/json',
  body?: object,
): Promise<unknown> {
  const answer = await kube.request({
    method,
    path,
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return await bodyOf(answer, `${method} ${path}`, []);
}

async function call(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  element?: string,
  accepted: readonly number[] = [],
): Promise<unknown> {
  const instance = element === undefined ? '' : `, Element ${element}`;
  const answer = await remote.request({
    method,
    path: `/elements/api-v2${path}`,
    headers: {
      authorization: `User ${user}, Organization ${organization}${instance}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return await bodyOf(answer, `${method} ${path}`, accepted);
}

async function bodyOf(
  answer: Awaited<ReturnType<Pool['request']>>,
  what: string,
  accepted: readonly number[],
): Promise<unknown> {
  const text = await answer.body.text();
  if (answer.statusCode >= 300 && !accepted.includes(answer.statusCode)) {
    throw new Error(`${what}: ${answer.statusCode}`);
  }
  return text === '' ? undefined : JSON.parse(text);
}
