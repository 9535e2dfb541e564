import type { Namespace } from '../../support/workbench/cluster.ts';
import { account, connector, secret } from '../../support/workbench/manifests.ts';
import { createPrerequisites, newCode, type Workbench } from '../../support/workbench/workbench.ts';

/** Something that happens to a resource, for a snapshot of what the operator writes then. */
export interface Situation {
  /** Name of the file in `testdata`. */
  readonly name: string;
  /** What Argo CD should say about it. */
  readonly health: 'Healthy' | 'Progressing' | 'Suspended' | 'Degraded';
  readonly kind: 'InfusionsoftConnector' | 'OpenConnectorsAccount';
  readonly object: string;
  /** When it is brought about: before the operator starts, while it runs, or after it has stopped. */
  readonly phase: 'before' | 'during' | 'after';
  /** Brings it about in an empty namespace and resolves when the operator has said what it has to say. */
  arrange(bench: Workbench, namespace: Namespace): Promise<unknown>;
  /** Only for `after`: what happens once the operator has stopped. */
  afterwards?(namespace: Namespace): Promise<unknown>;
}

const ready = async (bench: Workbench, namespace: Namespace, spec: object = {}): Promise<void> => {
  await createPrerequisites(bench, namespace);
  await namespace.create(connector('crm', { ...spec }));
  await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
};

const waitForCrm = (namespace: Namespace, reason: string): Promise<string> =>
  namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'False', reason);

const connectors: readonly Omit<Situation, 'kind' | 'object'>[] = [
  {
    name: 'new',
    health: 'Progressing',
    phase: 'before',
    arrange: (_bench, namespace) => namespace.create(connector('crm')),
  },
  {
    name: 'ready',
    health: 'Healthy',
    phase: 'during',
    arrange: ready,
  },
  {
    name: 'disabled',
    health: 'Healthy',
    phase: 'during',
    arrange: (bench, namespace) => ready(bench, namespace, { instance: { enabled: false } }),
  },
  {
    name: 'switch-pending',
    health: 'Healthy',
    phase: 'during',
    async arrange(bench, namespace) {
      await ready(bench, namespace);
      await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
      await namespace.patch('InfusionsoftConnector', 'crm', {
        spec: { connector: 'infusionsoftrest', server: null, encryptedKeySecretRef: null },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True', 'SwitchPending');
    },
  },
  {
    name: 'authorization-pending',
    health: 'Healthy',
    phase: 'during',
    async arrange(bench, namespace) {
      await ready(bench, namespace);
      await namespace.patch('InfusionsoftConnector', 'crm', {
        metadata: { annotations: { 'openconnectors.dev/reauthorize-at': 'monday' } },
      });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'AuthorizationPending', 'True');
    },
  },
  {
    name: 'authorization-required',
    health: 'Suspended',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(connector('crm'));
      await waitForCrm(namespace, 'AuthorizationRequired');
    },
  },
  {
    name: 'code-refused',
    health: 'Suspended',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(secret('crm-code', { code: 'never-issued' }), connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False');
    },
  },
  {
    name: 'secret-not-found',
    health: 'Progressing',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm', { encryptedKeySecretRef: { name: 'crm-kye' } }));
      await waitForCrm(namespace, 'SecretNotFound');
    },
  },
  {
    name: 'secret-key-missing',
    health: 'Degraded',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm', { encryptedKeySecretRef: { name: 'crm-key', key: 'apiKey' } }));
      await waitForCrm(namespace, 'SecretKeyMissing');
    },
  },
  {
    name: 'account-not-found',
    health: 'Progressing',
    phase: 'during',
    async arrange(_bench, namespace) {
      await namespace.create(connector('crm'));
      await waitForCrm(namespace, 'AccountNotFound');
    },
  },
  {
    name: 'server-not-allowed',
    health: 'Degraded',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm', { server: 'evil.example.com' }));
      await waitForCrm(namespace, 'ServerNotAllowed');
    },
  },
  {
    name: 'observed',
    health: 'Healthy',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace);
      const { id } = bench.simulator.addInstance({ connector: 'infusionsoftcrm', name: 'By hand', tags: [] });
      await namespace.create(
        connector('crm', { managementPolicy: 'Observe', instance: { importId: id, name: 'By hand' } }),
      );
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Synced', 'False', 'ChangesPlanned');
    },
  },
  {
    name: 'changes-planned',
    health: 'Suspended',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm', { managementPolicy: 'Observe' }));
      await waitForCrm(namespace, 'ChangesPlanned');
    },
  },
  {
    name: 'edited-while-the-operator-is-away',
    health: 'Progressing',
    phase: 'after',
    arrange: ready,
    afterwards: (namespace) =>
      namespace.patch('InfusionsoftConnector', 'crm', { spec: { missingPolicy: 'Report' } }),
  },
  {
    name: 'suspended',
    health: 'Suspended',
    phase: 'after',
    arrange: ready,
    afterwards: (namespace) => namespace.patch('InfusionsoftConnector', 'crm', { spec: { suspend: true } }),
  },
  {
    name: 'paused',
    health: 'Suspended',
    phase: 'after',
    arrange: ready,
    afterwards: (namespace) =>
      namespace.patch('InfusionsoftConnector', 'crm', {
        metadata: { annotations: { 'openconnectors.dev/paused': 'true' } },
      }),
  },
  {
    name: 'deleting',
    health: 'Progressing',
    phase: 'after',
    arrange: ready,
    afterwards: (namespace) => namespace.remove('InfusionsoftConnector', 'crm'),
  },
];

const accounts: readonly Omit<Situation, 'kind' | 'object'>[] = [
  {
    name: 'new',
    health: 'Progressing',
    phase: 'before',
    arrange: (bench, namespace) => namespace.create(account('sap', bench.simulator.baseUrl)),
  },
  {
    name: 'ready',
    health: 'Healthy',
    phase: 'during',
    async arrange(bench, namespace) {
      await createPrerequisites(bench, namespace);
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    },
  },
  {
    name: 'secret-not-found',
    health: 'Progressing',
    phase: 'during',
    async arrange(bench, namespace) {
      await namespace.create(account('sap', bench.simulator.baseUrl));
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'SecretNotFound');
    },
  },
  {
    name: 'unauthorized',
    health: 'Degraded',
    phase: 'during',
    async arrange(bench, namespace) {
      await namespace.create(
        secret('sap-account', { userSecret: 'wrong', organizationSecret: 'wrong' }),
        account('sap', bench.simulator.baseUrl),
      );
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'AccountUnauthorized');
    },
  },
  {
    name: 'host-not-allowed',
    health: 'Degraded',
    phase: 'during',
    async arrange(_bench, namespace) {
      await namespace.create(
        secret('sap-account', { userSecret: 'u', organizationSecret: 'o' }),
        account('sap', 'https://evil.example.com'),
      );
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'HostNotAllowed');
    },
  },
];

/** What the testdata of the health scripts shows. */
export const SITUATIONS: readonly Situation[] = [
  ...connectors.map((situation) => ({ ...situation, kind: 'InfusionsoftConnector' as const, object: 'crm' })),
  ...accounts.map((situation) => ({ ...situation, kind: 'OpenConnectorsAccount' as const, object: 'sap' })),
];
