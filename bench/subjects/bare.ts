// A client without any operator: it makes the calls that the job needs, and no other. The yardstick of the operator.
//   node bench/subjects/bare.ts create|delete NAMESPACE
import { KubeConfig } from '@kubernetes/client-node';
import { Pool } from 'undici';
import { z } from 'zod';
import { inParallel } from '../stage/in-parallel.ts';
import { bodyOf, connectRemote } from './remote.ts';

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
const remote = connectRemote(
  {
    user: secretValue('sap-account', 'userSecret'),
    organization: secretValue('sap-account', 'organizationSecret'),
  },
  PARALLEL,
);
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
  const instance = await remote.create({
    name: `${namespace}-${name}`,
    tag: `k8s-name-${name}`,
    code: secretValue(`${name}-code`, 'code'),
    clientId: secretValue(`${name}-oauth`, 'client_id'),
    clientSecret: secretValue(`${name}-oauth`, 'client_secret'),
  });
  await remote.ping(instance.token);
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
  await remote.remove(status?.instance?.id);
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
