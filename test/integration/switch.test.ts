import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ANNOTATIONS, CONNECTION_SECRET_TYPE } from '../../src/api/group.ts';
import { type Application, startApplication } from '../support/applications/application.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { shiftedClock } from '../support/shifted-clock.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const REST = { connector: 'infusionsoftrest', server: null, encryptedKeySecretRef: null };
const CRM = {
  connector: 'infusionsoftcrm',
  server: 'dt123.infusionsoft.com',
  encryptedKeySecretRef: { name: 'crm-key' },
};
const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;

describeControlPlanes('a change of spec.connector', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator;
  const clock = shiftedClock();
  const applications: Application[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    operator = await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s' }, clock });
  });
  const stopApplications = () => Promise.all(applications.splice(0).map((application) => application.stop()));
  afterEach(stopApplications);
  afterAll(() => bench?.stop());

  const instance = (id: number | undefined) => bench.simulator.instances().find((found) => found.id === id);
  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const statusOf = async (namespace: Namespace) => (await namespace.connector('crm')).status;
  const tokenOf = async (namespace: Namespace, name = 'crm-connection') =>
    (await namespace.secret(name))?.values['element-token'];
  const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
    poll(
      async () => ((await holds()) ? true : undefined),
      30_000,
      () => `it did not happen: ${what}`,
    );
  const annotate = (namespace: Namespace, key: keyof typeof ANNOTATIONS, value: string) =>
    namespace.patch(KIND, 'crm', { metadata: { annotations: { [ANNOTATIONS[key]]: value } } });
  const start = (namespace: Namespace, keepsForMs: number): Application => {
    const application = startApplication({
      simulator: bench.simulator,
      namespace,
      secret: 'crm-connection',
      now: clock.now,
      keepsForMs,
    });
    applications.push(application);
    return application;
  };

  /** A connector that is Ready with infusionsoftcrm. */
  async function ready(spec: Readonly<Record<string, unknown>> = {}) {
    const namespace = await bench.namespace('switch');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm', spec));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const old = instance((await statusOf(namespace))?.instance?.id);
    if (old === undefined) {
      throw new Error('Ready without an instance');
    }
    return { namespace, old };
  }

  /** Changes the connector and gives the consent. */
  async function change(namespace: Namespace, spec: Readonly<Record<string, unknown>> = {}) {
    await namespace.patch(KIND, 'crm', { spec: { ...REST, ...spec } });
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationRequired');
    await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
  }

  /** A connector that waits for the switch to its new instance. */
  async function pending(spec: Readonly<Record<string, unknown>> = {}) {
    const { namespace, old } = await ready(spec);
    await change(namespace);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'SwitchPending');
    const next = instance((await statusOf(namespace))?.next?.id);
    if (next === undefined) {
      throw new Error('SwitchPending without a new instance');
    }
    return { namespace, old, next };
  }

  async function switched(spec: Readonly<Record<string, unknown>> = {}) {
    const found = await pending(spec);
    await annotate(found.namespace, 'switch', '1');
    await found.namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    return found;
  }

  it('publishes the new connection beside the one in use, and moves it with the annotation', async () => {
    const { namespace, old, next } = await pending();
    const nextSecret = await namespace.secret('crm-connection-next');
    const used = await namespace.secret('crm-connection');
    expect(nextSecret).toMatchObject({
      type: CONNECTION_SECRET_TYPE,
      values: { 'element-token': next.token, element: 'infusionsoftrest' },
    });
    expect([nextSecret?.labels, nextSecret?.owners]).toEqual([used?.labels, used?.owners]);
    expect(used?.values).toMatchObject({ 'element-token': old.token, element: 'infusionsoftcrm' });

    await annotate(namespace, 'switch', '1');
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    expect((await namespace.secret('crm-connection'))?.values).toMatchObject({
      'element-token': next.token,
      element: 'infusionsoftrest',
    });
    expect(await namespace.secret('crm-connection-next')).toBeUndefined();
    expect(await statusOf(namespace)).toMatchObject({
      instance: { id: next.id },
      replacing: { id: old.id, connector: 'infusionsoftcrm' },
      lastHandledSwitchAt: '1',
    });
    expect(instance(old.id)?.works).toBe(true);
    await until('the event', async () =>
      (await namespace.events('crm')).some(({ reason, type }) => reason === 'Switched' && type === 'Normal'),
    );
  });

  it('switches back and forward within the retention', async () => {
    const { namespace, old, next } = await switched();
    await annotate(namespace, 'switch', '2');
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'SwitchPending');
    expect(await tokenOf(namespace)).toBe(old.token);
    expect(await tokenOf(namespace, 'crm-connection-next')).toBe(next.token);

    await annotate(namespace, 'switch', '3');
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    expect(await tokenOf(namespace)).toBe(next.token);
    expect(instancesOf(namespace)).toHaveLength(2);
  });

  it('moves the connection immediately with Automatic', async () => {
    const { namespace, old } = await ready({ replacement: { switch: 'Automatic' } });
    await change(namespace);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    const status = await statusOf(namespace);
    expect(status?.replacing?.id).toBe(old.id);
    expect(await tokenOf(namespace)).toBe(instance(status?.instance?.id)?.token);
    expect(await namespace.secret('crm-connection-next')).toBeUndefined();
  });

  it('drops the new instance when spec.connector is restored before the switch', async () => {
    const { namespace, old } = await pending();
    await namespace.patch(KIND, 'crm', { spec: CRM });
    await until('the new instance goes', () => instancesOf(namespace).every(({ id }) => id === old.id));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    expect(await tokenOf(namespace)).toBe(old.token);
    expect(await namespace.secret('crm-connection-next')).toBeUndefined();
  });

  it('restores the connection Secret and the Secret of the new connection while it waits', async () => {
    const { namespace, old, next } = await pending();
    await namespace.patch('Secret', 'crm-connection', { stringData: { 'element-token': 'edited' } });
    await namespace.remove('Secret', 'crm-connection-next');
    await until('the connection is restored', async () => (await tokenOf(namespace)) === old.token);
    await until(
      'the new connection is restored',
      async () => (await tokenOf(namespace, 'crm-connection-next')) === next.token,
    );
  });

  describe('at the end of the retention', () => {
    it('deletes the old instance with Delete', async () => {
      const { namespace, next } = await switched();
      clock.shift(DAY_MS);
      await annotate(namespace, 'reconcileAt', 'now');
      await until('the old instance goes', () => instancesOf(namespace).every(({ id }) => id === next.id));
      await until('status forgets it', async () => (await statusOf(namespace))?.replacing === undefined);
      expect(await tokenOf(namespace)).toBe(next.token);
    });

    it('leaves the old instance without tags with Orphan', async () => {
      const { namespace, old } = await switched({ deletionPolicy: 'Orphan' });
      clock.shift(DAY_MS);
      await annotate(namespace, 'reconcileAt', 'now');
      await until('status forgets it', async () => (await statusOf(namespace))?.replacing === undefined);
      expect(instance(old.id)?.tags.filter((tag) => tag.startsWith('k8s-'))).toEqual([]);
      expect(instance(old.id)?.works).toBe(true);
    });

    it('leaves an adopted instance by default', async () => {
      const found = bench.simulator.addInstance({ connector: 'infusionsoftcrm', tags: ['by-hand'] });
      // Its code is not used by the adoption, so that the new instance needs no other.
      const { namespace } = await ready({ instance: { importId: found.id } });
      await namespace.patch(KIND, 'crm', { spec: REST });
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'SwitchPending');
      await annotate(namespace, 'switch', '1');
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
      clock.shift(DAY_MS);
      await annotate(namespace, 'reconcileAt', 'now');
      await until('status forgets it', async () => (await statusOf(namespace))?.replacing === undefined);
      expect(instance(found.id)?.tags.filter((tag) => tag.startsWith('k8s-'))).toEqual([]);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
      expect((await statusOf(namespace))?.instance?.id).not.toBe(found.id);
    });

    it('comes without a change of the resource', async () => {
      const { namespace, next } = await switched({ replacement: { retainFor: '2s' } });
      await until('the old instance goes', () => instancesOf(namespace).every(({ id }) => id === next.id));
    });
  });

  it('deletes both instances with the resource before the switch and after it', async () => {
    const [before, after] = [await pending(), await switched()];
    for (const { namespace } of [before, after]) {
      await namespace.remove(KIND, 'crm');
      await namespace.waitGone(KIND, 'crm');
      expect(instancesOf(namespace)).toEqual([]);
    }
  });

  describe('beside applications', () => {
    /** How long an application keeps its token. */
    const KEEP_MS = 90 * SECOND_MS;

    it('fails no call of one that keeps its token for 90 s and of one that follows the Secret', async () => {
      const { namespace, old } = await ready();
      const [keeps, follows] = [start(namespace, KEEP_MS), start(namespace, 0)];
      const called = async (token: string | undefined, ...by: Application[]): Promise<void> => {
        for (const application of by) {
          await until('the application has called', () => application.token() === token);
          const from = application.calls();
          await until('the application goes on', () => application.calls() > from + 3);
        }
      };
      await called(old.token, keeps, follows);

      await change(namespace);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'SwitchPending');
      const next = instance((await statusOf(namespace))?.next?.id);
      await called(old.token, keeps, follows);
      await annotate(namespace, 'switch', '1');
      await called(next?.token, follows);
      await called(old.token, keeps);

      clock.shift(KEEP_MS);
      await called(next?.token, keeps, follows);
      await annotate(namespace, 'switch', '2');
      await called(old.token, follows);
      await annotate(namespace, 'switch', '3');
      await called(next?.token, follows);

      clock.shift(DAY_MS);
      await annotate(namespace, 'reconcileAt', 'now');
      await until('the old instance goes', () => instance(old.id) === undefined);
      await called(next?.token, keeps, follows);
      await stopApplications();
      expect([keeps.failures, follows.failures]).toEqual([[], []]);
    });

    it('fails calls of one that keeps its token without a retention', async () => {
      const { namespace, old } = await ready({ replacement: { switch: 'Automatic', retainFor: '0s' } });
      const keeps = start(namespace, KEEP_MS);
      await until('it has called', () => keeps.token() === old.token);
      await change(namespace);
      await until('the old instance goes', () => instance(old.id) === undefined);
      await until('a call fails', () => keeps.failures.length > 0);
    });
  });

  it('sends no code twice', () => {
    expect(operator.log.length).toBeGreaterThan(0);
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
  });
});
