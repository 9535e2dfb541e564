import type { Fault } from 'open-connectors-simulator/faults.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { startOperatorProcess } from '../support/workbench/process.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

/** The steps of a first creation, in order, as the log names them. */
const STEPS = ['read-secret', 'create', 'ping', 'write-connection-secret'] as const;

describeControlPlanes('a crash of the operator', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));

  /** The one thing a person does: when a code was spent for nothing, supply another. */
  async function readyWithHelp(namespace: Namespace): Promise<void> {
    await poll(
      async () => {
        const { status } = await namespace.connector('crm');
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        if (ready?.reason === 'CredentialUsed') {
          await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
        }
        return ready?.status === 'True' ? true : undefined;
      },
      40_000,
      async () => `not Ready: ${JSON.stringify((await namespace.connector('crm')).status)}`,
    );
  }

  async function expectOne(namespace: Namespace): Promise<void> {
    const [instance, ...others] = instancesOf(namespace);
    expect(others).toEqual([]);
    const { status } = await namespace.connector('crm');
    expect(status?.instance?.id).toBe(instance?.id);
    expect(instance?.works).toBe(true);
    expect((await namespace.secret('crm-connection'))?.values['element-token']).toBe(instance?.token);
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
  }

  describe('during the first creation', () => {
    test.each(STEPS)('at the step %s: one instance in the end', async (step) => {
      const namespace = await bench.namespace('crash');
      await createPrerequisites(bench, namespace);
      const first = startOperatorProcess(bench, {}, (line, kill) => {
        if (line.includes(`"action":"${step}"`) && line.includes(namespace.name)) {
          kill();
        }
      });
      await namespace.create(connector('crm'));
      await expect(first.line(() => false)).rejects.toThrow('the operator ended');

      const second = startOperatorProcess(bench);
      await readyWithHelp(namespace);
      await expectOne(namespace);
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(instancesOf(namespace)).toEqual([]);
      expect(await second.terminate()).toBe(0);
    });

    const inFlight: readonly (readonly [string, Fault])[] = [
      ['before the commit', { kind: 'hang', when: 'before' }],
      ['after the commit', { kind: 'hang', when: 'after' }],
      ['before a commit that comes when it is dead', { kind: 'late-commit', delayMs: 300 }],
    ];
    test.each(inFlight)('with the create under way, %s: one instance in the end', async (_title, fault) => {
      const namespace = await bench.namespace('crash');
      await createPrerequisites(bench, namespace);
      const hung = bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault });
      const first = startOperatorProcess(bench, { CREATE_DEADLINE: '60s' });
      await namespace.create(connector('crm'));
      await poll(
        async () => (hung.hits() === 1 ? true : undefined),
        20_000,
        () => 'the create was not sent',
      );
      await first.kill();

      const second = startOperatorProcess(bench);
      await readyWithHelp(namespace);
      await expectOne(namespace);
      await second.terminate();
    });
  });

  test('during the deletion: nothing is left in the end', async () => {
    const namespace = await bench.namespace('crash');
    await createPrerequisites(bench, namespace);
    const first = startOperatorProcess(bench, {}, (line, kill) => {
      if (line.includes('"action":"delete-instance"')) {
        kill();
      }
    });
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await namespace.remove('InfusionsoftConnector', 'crm');
    await expect(first.line(() => false)).rejects.toThrow('the operator ended');

    const second = startOperatorProcess(bench);
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    expect(instancesOf(namespace)).toEqual([]);
    await second.terminate();
  });

  test('a settled resource costs nothing after a restart, and none of its Secrets is read', async () => {
    const namespace = await bench.namespace('crash');
    await createPrerequisites(bench, namespace);
    const first = startOperatorProcess(bench);
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await first.terminate();
    const before = await namespace.connector('crm');
    bench.simulator.ledger.reset();

    const second = startOperatorProcess(bench);
    await namespace.create(connector('probe'));
    await namespace.waitFor('InfusionsoftConnector', 'probe', 'Authorized', 'False');
    const isReadOfCrm = (line: string): boolean =>
      line.includes('"action":"read-secret"') &&
      line.includes(`"InfusionsoftConnector":{"name":"crm","namespace":"${namespace.name}"}`);
    expect(second.lines.filter(isReadOfCrm)).toEqual([]);
    expect((await namespace.connector('crm')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    const operations = new Set(bench.simulator.ledger.entries().map(({ operation }) => operation));
    expect([...operations].sort()).toEqual(['createInstance', 'listInstances', 'readOrganization']);
    await second.terminate();
  });

  test('a wrong setting is one line and exit code 2', async () => {
    const wrong = startOperatorProcess(bench, { WORKERS: 'many', ALLOWED_HOSTS: 'https://x' });
    expect(await wrong.ended).toBe(2);
    expect(wrong.lines).toHaveLength(2);
    expect(wrong.lines[0]).toContain('WORKERS');
    expect(wrong.lines.join()).toContain('ALLOWED_HOSTS');
  });
});
