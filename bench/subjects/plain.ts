// An operator as one writes it with `@dot-i/k8s-operator` and `@kubernetes/client-node` alone, for the same job.
//   node bench/subjects/plain.ts NAMESPACE

import OperatorPkg, { type ResourceEvent, ResourceEventType } from '@dot-i/k8s-operator';
import { CoreV1Api, CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { z } from 'zod';
import { connectRemote, type Remote } from './remote.ts';

const GROUP = { group: 'openconnectors.dev', version: 'v1beta1', plural: 'infusionsoftconnectors' } as const;
const FINALIZER = 'openconnectors.dev/instance';
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.string().optional() }),
  status: z.looseObject({ instance: z.looseObject({ id: z.number() }).optional() }).optional(),
});
type Connector = z.infer<typeof objectSchema>;

const [namespace = ''] = process.argv.slice(2);

/** Handles one event after the other, as the library does; its own writes do not work with client-node 2. */
class PlainOperator extends OperatorPkg.default {
  readonly #core = this.kubeConfig.makeApiClient(CoreV1Api);
  readonly #custom = this.kubeConfig.makeApiClient(CustomObjectsApi);
  #remote: Remote | undefined;

  protected async init(): Promise<void> {
    this.#remote = connectRemote(
      {
        user: await this.#secretValue('sap-account', 'userSecret'),
        organization: await this.#secretValue('sap-account', 'organizationSecret'),
      },
      1,
    );
    const { group, version, plural } = GROUP;
    await this.watchResource(group, version, plural, (event) => this.#handle(event), namespace);
  }

  async #handle({ type, object }: ResourceEvent): Promise<void> {
    const connector = objectSchema.parse(object);
    if (type === ResourceEventType.Deleted || this.#remote === undefined) {
      return;
    }
    if (connector.metadata.deletionTimestamp !== undefined) {
      await this.#remote.remove(connector.status?.instance?.id);
      await this.#patch(connector, { metadata: { finalizers: [] } });
    } else if (connector.status?.instance === undefined && !this.#created.has(connector.metadata.name)) {
      this.#created.add(connector.metadata.name);
      await this.#create(connector, this.#remote);
    }
  }

  /** Events that were queued before the status was written show none. */
  readonly #created = new Set<string>();

  async #create(connector: Connector, remote: Remote): Promise<void> {
    const { name } = connector.metadata;
    await this.#patch(connector, { metadata: { finalizers: [FINALIZER] } });
    const instance = await remote.create({
      name: `${namespace}-${name}`,
      tag: `k8s-name-${name}`,
      code: await this.#secretValue(`${name}-code`, 'code'),
      clientId: await this.#secretValue(`${name}-oauth`, 'client_id'),
      clientSecret: await this.#secretValue(`${name}-oauth`, 'client_secret'),
    });
    await remote.ping(instance.token);
    await this.#core.createNamespacedSecret({
      namespace,
      body: {
        metadata: { name: `${name}-connection` },
        stringData: { type: 'open-connectors', 'element-token': instance.token },
      },
    });
    const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: '', observedGeneration: 1 };
    const lastTransitionTime = new Date().toISOString();
    const status = { instance: { id: instance.id }, conditions: [{ ...ready, lastTransitionTime }] };
    await this.#custom.patchNamespacedCustomObjectStatus(
      { ...GROUP, namespace, name, body: { status } },
      MERGE,
    );
  }

  async #patch({ metadata: { name } }: Connector, body: object): Promise<void> {
    await this.#custom.patchNamespacedCustomObject({ ...GROUP, namespace, name, body }, MERGE);
  }

  async #secretValue(name: string, key: string): Promise<string> {
    const { data = {} } = await this.#core.readNamespacedSecret({ namespace, name });
    return Buffer.from(data[key] ?? '', 'base64').toString();
  }
}

const operator = new PlainOperator();
process.once('SIGTERM', () => {
  operator.stop();
  process.exit(0);
});
await operator.start();
