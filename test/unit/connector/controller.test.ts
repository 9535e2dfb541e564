import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { CONNECTOR_NAMES, CONNECTOR_RESOURCE, FINALIZER } from '../../../src/api/group.ts';
import { createConnectorController } from '../../../src/connector/controller.ts';
import { NO_MEMORY } from '../../../src/connector/input.ts';
import { ConnectorMemory } from '../../../src/connector/memory.ts';
import { KubeError } from '../../../src/kube/client/errors.ts';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import { INDEX } from '../../../src/ownership/references.ts';
import type { ReferencedResource } from '../../../src/reconciler/controller.ts';
import { UNOBSERVED } from '../../../src/reconciler/reconcile-observer.ts';
import { connector, UID } from '../../support/builders/connector.ts';
import { ID, STORED, settledConnector } from '../../support/builders/input.ts';
import { CLUSTER, instance, OWN } from '../../support/builders/instance.ts';
import { bench } from '../../support/builders/ports.ts';
import { readiness } from '../../support/builders/reconcile.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { secretRead } from '../../support/builders/secrets.ts';

const SECRETS: ReferencedResource = { resource: wellKnown.secrets, indexes: {} };
const { signal } = new AbortController();

/** The controller over a bench with a settled connector. */
function controller() {
  const subject = bench({
    connector: settledConnector(),
    secrets: STORED,
    listed: [instance(ID)],
    answers: workingRemote(new Map([[ID, instance(ID)]])),
  });
  const deleted: string[] = [];
  const actions: string[] = [];
  const it = createConnectorController({
    clusterId: () => CLUSTER,
    secrets: SECRETS,
    ports: () => subject.ports,
    onDeleted: async ({ metadata }) => {
      deleted.push(metadata.name);
    },
    onAction: (_connector, action) => actions.push(action.type),
  });
  return { bench: subject, deleted, actions, it };
}

/** The resource as the cache holds it. */
function cached(subject: InfusionsoftConnector): KubeObject {
  return JSON.parse(JSON.stringify(subject));
}

/** Has another client write the connection Secret, so that the next reconcile reads it. */
function touchSecret({ secrets }: ReturnType<typeof bench>): void {
  secrets.set('crm-connection', secretRead({}, { owners: [UID], resourceVersion: '9' }));
}

describe('the controller of connectors', () => {
  it('watches connectors and the Secrets that they reference, and lets a reconcile add the finalizer', () => {
    expect(controller().it).toMatchObject({
      kind: CONNECTOR_NAMES.kind,
      resource: CONNECTOR_RESOURCE,
      references: [{ to: SECRETS, index: INDEX.secret }],
      finalizer: { name: FINALIZER, addedBy: 'reconcile' },
    });
  });

  it('finds connectors by Secret, account, owner tag and instance', () => {
    const { indexes } = controller().it;
    const subject = cached(connector({ spec: { instance: { importId: ID } } }));
    const keys = (index: string) => indexes[index]?.(subject);
    expect(keys(INDEX.secret)).toEqual(expect.arrayContaining(['team-a/crm-key', 'team-a/crm-oauth']));
    expect(keys(INDEX.account)).toEqual(['team-a/sap']);
    expect(keys(INDEX.owner)).toEqual([OWN.owner]);
    expect(keys(INDEX.instance)?.length).toBe(1);
    expect(keys(INDEX.recordedAccount)).toEqual([]);
    expect(keys(INDEX.deletedInAccount)).toEqual([]);
  });

  it('waits in the lane of its account', () => {
    const { laneOf } = controller().it;
    expect(laneOf?.(cached(connector()))).toBe('team-a/sap');
  });

  it('frees its worker for the calls of Open Connectors and the reads of Secrets, and for no write to the cluster', () => {
    expect([...controller().it.externalActions].sort()).toEqual([
      'create',
      'delete-instance',
      'enable',
      'open-fallback-credentials',
      'patch',
      'ping',
      'ping-peer',
      'read-element',
      'read-instance',
      'read-secret',
      'reauthorize',
      'release-tags',
      'search',
      'verify-account',
    ]);
  });

  it('reconciles what the cache holds, and shows it to an observer', async () => {
    const { it: subject, bench: cluster, actions } = controller();
    const seen: unknown[] = [];
    touchSecret(cluster);
    await subject.reconcile(cluster.stored(), signal, {
      ...UNOBSERVED,
      concluded: (resource, end) => seen.push([resource.metadata.name, end.kind]),
    });
    expect(readiness(cluster)).toBe('True Succeeded');
    expect([seen, actions]).toEqual([[['crm', 'ready']], ['read-secret', 'write-connection-secret']]);
  });

  it('forgets a deleted connector', async () => {
    const { it: subject, bench: cluster, deleted } = controller();
    cluster.ports.memory.remember(UID, { ...NO_MEMORY, pingedAt: 1 });
    await subject.forget(cluster.stored(), signal);
    expect([cluster.ports.memory.size, deleted]).toEqual([0, ['crm']]);
  });
});

describe('an error of the API server', () => {
  const failing = async (error: KubeError) => {
    const { bench: cluster, it: subject } = controller();
    cluster.ports.secrets.read = () => Promise.reject(error);
    touchSecret(cluster);
    await expect(subject.reconcile(cluster.stored(), signal, UNOBSERVED)).rejects.toBe(error);
    return readiness(cluster);
  };
  const secrets = { resource: { ...wellKnown.secrets, namespace: 'team-a' } };

  it.each([
    ['about a Secret is shown', new KubeError('forbidden', 'GET denied', secrets), 'False SecretUnreadable'],
    [
      'about another resource is only repeated',
      new KubeError('forbidden', 'x', { resource: wellKnown.leases }),
      'True Succeeded',
    ],
    [
      'about a resource of the core group is only repeated',
      new KubeError('forbidden', 'x', { resource: wellKnown.namespaces }),
      'True Succeeded',
    ],
    ['of another kind is only repeated', new KubeError('server', 'x', secrets), 'True Succeeded'],
  ])('%s', async (_title, error, expected) => {
    expect(await failing(error)).toBe(expected);
  });
});

describe('what the process remembers', () => {
  it('is kept for each connector until it is forgotten', () => {
    const memory = new ConnectorMemory();
    expect([memory.size, memory.recall(UID), memory.inputHash(UID)]).toEqual([0, NO_MEMORY, undefined]);
    memory.rememberInputHash(UID, 'hash');
    memory.remember(UID, { ...NO_MEMORY, pingedAt: 7 });
    memory.remember('another', NO_MEMORY);
    expect([memory.size, memory.recall(UID).pingedAt, memory.inputHash(UID)]).toEqual([2, 7, 'hash']);
    memory.rememberInputHash(UID, 'later');
    expect(memory.recall(UID).pingedAt).toBe(7);
    memory.forget(UID);
    expect([memory.size, memory.recall(UID), memory.inputHash(UID)]).toEqual([1, NO_MEMORY, undefined]);
  });
});
