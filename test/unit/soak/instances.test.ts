import { createSimulation } from 'open-connectors-simulator/simulation.ts';
import { describe, expect, it } from 'vitest';
import { findChangedForeign } from '../../soak/checks/foreign.ts';
import { findDuplicates, findOrphans } from '../../soak/checks/instances.ts';
import { outcomeOf } from '../../soak/checks/settled.ts';
import { findUntruths } from '../../soak/checks/truth.ts';
import type { ConnectorView } from '../../soak/model/connector-view.ts';
import { digestOf, type ForeignInstance } from '../../soak/model/foreign.ts';
import type { Subject } from '../../soak/model/subject.ts';

const sightings = { subjectOf: () => 'ns/crm', stop: () => undefined };
const tags = ['k8s-cluster-soak', 'k8s-uid-uid-1', 'k8s-ns-ns', 'k8s-name-crm'];
const view = (changes: Partial<ConnectorView> = {}): ConnectorView => ({
  key: 'ns/crm',
  uid: 'uid-1',
  deleting: false,
  current: true,
  ready: { status: 'True', reason: 'Succeeded' },
  conditions: [],
  instanceId: undefined,
  replacingId: undefined,
  record: '',
  sentAt: undefined,
  ...changes,
});
const subject = (changes: Partial<Subject> = {}): Subject =>
  ({
    key: 'ns/crm',
    name: 'crm',
    serial: 1,
    exists: true,
    takenOver: false,
    tenant: { namespace: { secret: async () => undefined } },
    wanted: {
      element: 'infusionsoftcrm',
      instanceName: 'crm',
      tags: [],
      configuration: {},
      enabled: true,
      driftPolicy: 'Correct',
      connectionSecret: 'crm-connection',
    },
    ...changes,
  }) as unknown as Subject;

describe('orphans and duplicates', () => {
  it('reports an instance whose resource does not exist, and no other', () => {
    const { simulation } = createSimulation();
    simulation.addInstance({ tags });
    simulation.addInstance({ tags: ['k8s-cluster-elsewhere', 'k8s-uid-uid-2'] });
    expect(findOrphans(simulation.instances(), [view()], sightings)).toEqual([]);
    expect(findOrphans(simulation.instances(), [view({ uid: 'uid-2' })], sightings)).toHaveLength(1);
  });

  it('reports a second instance, unless the first is being replaced', () => {
    const { simulation } = createSimulation();
    const first = simulation.addInstance({ tags });
    expect(findDuplicates(simulation.instances(), [view()])).toEqual([]);
    simulation.addInstance({ tags });
    expect(findDuplicates(simulation.instances(), [view()])).toHaveLength(1);
    expect(findDuplicates(simulation.instances(), [view({ replacingId: first.id })])).toEqual([]);
  });
});

describe('foreign instances', () => {
  const setUp = () => {
    const { simulation } = createSimulation();
    const instance = simulation.addInstance({ name: 'theirs', tags: ['k8s-cluster-elsewhere'] });
    const foreign: ForeignInstance = {
      id: instance.id,
      since: Date.now(),
      digest: digestOf(instance),
      takenFrom: undefined,
    };
    const check = () => findChangedForeign(simulation.ledger, simulation.instances(), [foreign]);
    return { simulation, instance, check };
  };

  it('accepts those without a write', () => {
    expect(setUp().check()).toEqual({ changed: [], raced: [] });
  });

  it('reports a change and a deletion', () => {
    const { simulation, instance, check } = setUp();
    simulation.editInstance(instance.id, { name: 'ours' });
    expect(check().changed).toHaveLength(1);
    simulation.deleteInstance(instance.id);
    expect(check().changed[0]?.text).toContain('was deleted');
  });

  it.each([
    ['PATCH', JSON.stringify({ name: 'theirs' }), /patchInstance/],
    ['DELETE', '', /was deleted: deleteInstance/],
  ])('reports a %s by a client, also one that changes nothing', async (method, body, words) => {
    const { simulation, instance, check } = setUp();
    const { userSecret, organizationSecret } = simulation.credentials;
    const authorization = `User ${userSecret}, Organization ${organizationSecret}`;
    const target = `/elements/api-v2/instances/${instance.id}`;
    const headers = { authorization, 'content-type': 'application/json' };
    await simulation.exchange({ method, target, headers, body });
    expect(check().changed).toEqual([{ subject: undefined, text: expect.stringMatching(words) }]);
    expect(check().raced).toEqual([]);
  });
});

describe('the outcome of a connector', () => {
  it.each([
    ['Ready', view(), subject(), 'ready'],
    ['of an older generation', view({ current: false }), subject(), 'unsettled'],
    ['deleted', undefined, subject({ exists: false }), 'deleted'],
    ['not there', undefined, subject(), 'unsettled'],
    ['still being deleted', view({ deleting: true }), subject({ exists: false }), 'unsettled'],
    [
      'asking whose the instance is, after another cluster took it',
      view({ ready: { status: 'False', reason: 'ForeignOwner' } }),
      subject({ takenOver: true }),
      'asking',
    ],
    [
      'asking whose the instance is, without cause',
      view({ ready: { status: 'False', reason: 'ForeignOwner' } }),
      subject(),
      'unsettled',
    ],
  ] as const)('of one that is %s', (_title, seen, wanted, kind) => {
    expect(outcomeOf(wanted, seen).kind).toBe(kind);
  });

  it('is not believed where Ready is not so', async () => {
    const { simulation } = createSimulation();
    const texts = async (instanceId: number, changes: Partial<Subject> = {}) =>
      (await findUntruths(subject(changes), view({ instanceId }), simulation.instances())).map(
        ({ text }) => text,
      );
    expect(await texts(1)).toEqual([expect.stringContaining('does not exist')]);
    const instance = simulation.addInstance({ name: 'crm', tags });
    const secret = async (name: string) =>
      name === 'crm-connection'
        ? { type: '', values: { 'element-token': instance.token }, owners: ['uid-1'], labels: {} }
        : undefined;
    const tenant = { namespace: { secret } } as unknown as Subject['tenant'];
    expect(await texts(instance.id, { tenant })).toEqual([]);
    simulation.editInstance(instance.id, { name: 'drifted', tags: [], disabled: true });
    expect(await texts(instance.id)).toHaveLength(4);
  });
});
