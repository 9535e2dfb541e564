import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { ELECTION } from '../support/workbench/election.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/workbench/process.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

describeControlPlanes('two replicas', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  async function addConnector(namespace: Namespace, name: string): Promise<void> {
    await namespace.create(
      secret(`${name}-code`, { code: newCode(bench.simulator) }),
      connector(name, {
        oauth: {
          clientSecretRef: { name: 'crm-oauth' },
          callbackUrl: CALLBACK_URL,
          authorizationCodeSecretRef: { name: `${name}-code` },
        },
      }),
    );
    await namespace.waitFor('InfusionsoftConnector', name, 'Ready', 'True');
  }
  const worked = ({ lines }: OperatorProcess): boolean =>
    lines.some((line) => line.includes('"action":"create"'));
  const leader = (replicas: readonly OperatorProcess[]): Promise<OperatorProcess> =>
    poll(
      async () => replicas.find(worked),
      20_000,
      () => 'nobody leads',
    );

  test('only one works; the other takes over after a crash, and after a clean exit', async () => {
    const namespace = await bench.namespace('replicas');
    await createPrerequisites(bench, namespace);
    const replicas = [startOperatorProcess(bench, ELECTION), startOperatorProcess(bench, ELECTION)];
    await addConnector(namespace, 'one');
    const first = await leader(replicas);
    const second = replicas.find((replica) => replica !== first);
    if (second === undefined) {
      throw new Error('two replicas were started');
    }
    expect(worked(second)).toBe(false);

    await first.kill();
    await addConnector(namespace, 'two');
    expect(worked(second)).toBe(true);

    const third = startOperatorProcess(bench, ELECTION);
    await third.line((line) => line.includes('the Lease is held by'));
    expect(await second.terminate()).toBe(0);
    await addConnector(namespace, 'three');
    expect(worked(third)).toBe(true);
    expect(await third.terminate()).toBe(0);

    const made = bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
    expect(made.map(({ name }) => name).sort()).toEqual(
      ['one', 'three', 'two'].map((name) => `${namespace.name}-${name}`),
    );
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
  });
});
