import { afterAll, beforeAll, expect, it } from 'vitest';
import { ANNOTATIONS } from '../../src/api/group.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { startOperatorProcess } from '../support/workbench/process.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';

/** The actions of a switch and of the release after it, as the log names them. */
const ACTIONS = [
  'record-switch',
  'write-connection-secret',
  'delete-connection-secret',
  'record-removal',
  'delete-instance',
] as const;

describeControlPlanes('a crash of the operator during a switch', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));

  it.each(ACTIONS)('at the action %s ends in the new instance alone', async (action) => {
    const namespace = await bench.namespace('crash');
    await createPrerequisites(bench, namespace);
    const state = { isSwitching: false };
    const first = startOperatorProcess(bench, {}, (line, kill) => {
      if (state.isSwitching && line.includes(`"action":"${action}"`) && line.includes(namespace.name)) {
        kill();
      }
    });
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    await namespace.patch(KIND, 'crm', {
      spec: {
        connector: 'infusionsoftrest',
        server: null,
        encryptedKeySecretRef: null,
        replacement: { retainFor: '0s' },
      },
    });
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationRequired');
    await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'SwitchPending');
    state.isSwitching = true;
    await namespace.patch(KIND, 'crm', { metadata: { annotations: { [ANNOTATIONS.switch]: '1' } } });
    await expect(first.line(() => false)).rejects.toThrow('the operator ended');
    // Applications have the token of an instance that works, whatever came of the action.
    const connection = await namespace.secret('crm-connection');
    const used = instancesOf(namespace).find(({ token }) => token === connection?.values['element-token']);
    expect(used?.works).toBe(true);

    const second = startOperatorProcess(bench);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    const [instance, ...others] = instancesOf(namespace);
    expect([instance?.connector, others]).toEqual(['infusionsoftrest', []]);
    expect((await namespace.connector('crm')).status).toMatchObject({
      instance: { id: instance?.id },
      lastHandledSwitchAt: '1',
    });
    expect((await namespace.secret('crm-connection'))?.values['element-token']).toBe(instance?.token);
    expect(await namespace.secret('crm-connection-next')).toBeUndefined();
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    expect(await second.terminate()).toBe(0);
  });
});
