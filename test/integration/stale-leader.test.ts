import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { systemRandom } from '../../src/runtime/random.ts';
import { type ApiServerProxy, startApiServerProxy } from '../soak/proxy/api-server-proxy.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { ELECTION } from '../support/workbench/election.ts';
import { connector } from '../support/workbench/manifests.ts';
import { startOperatorProcess } from '../support/workbench/process.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
/** The change of `spec.connector`. */
const REST = {
  connector: 'infusionsoftrest',
  server: null,
  encryptedKeySecretRef: null,
  replacement: { switch: 'Automatic', retainFor: '0s' },
};
/** Longer than a test. */
const SILENCE_MS = 3_600_000;

/** What the new leader finds at Open Connectors beside the two instances. */
interface Situation {
  readonly title: string;
  /** A create whose outcome never became known, so that any second instance may have come of it. */
  readonly hasLostCreate: boolean;
  /** Listings do not show the instance in use yet. */
  readonly listingLags: boolean;
}

const SITUATIONS: readonly Situation[] = [
  { title: 'that never lost a create', hasLostCreate: false, listingLags: false },
  { title: 'that lost a create before', hasLostCreate: true, listingLags: false },
  { title: 'while listings lag behind', hasLostCreate: false, listingLags: true },
];

describeControlPlanes('a new leader that missed the change of spec.connector', (plane) => {
  let bench: Workbench;
  let proxy: ApiServerProxy;
  let folder: string;
  let stale: string;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    // Its watch of connectors shows nothing; all others are as usual.
    proxy = await startApiServerProxy({
      kubeconfig: plane.kubeconfig,
      clock: systemClock,
      random: systemRandom,
      watchDelayMs: SILENCE_MS,
      isDelayed: ({ pathname }) => pathname.endsWith('/infusionsoftconnectors'),
    });
    proxy.calm();
    folder = await mkdtemp(join(tmpdir(), 'stale-leader-'));
    stale = join(folder, 'kubeconfig');
    const direct = await readFile(bench.environment()['KUBECONFIG'] ?? '', 'utf8');
    await writeFile(stale, proxy.through(direct), { mode: 0o600 });
  });
  afterEach(() => {
    bench.simulator.faults.clear();
    bench.simulator.knobs.listLagMs = 0;
  });
  afterAll(async () => {
    await bench?.stop();
    await proxy?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const supplyCode = (namespace: Namespace) =>
    namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
  const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
    poll(
      async () => ((await holds()) ? true : undefined),
      30_000,
      () => `it did not happen: ${what}`,
    );

  it.each(SITUATIONS)(
    'touches neither the instance in use nor its Secret, of a resource $title',
    async ({ hasLostCreate, listingLags }) => {
      const namespace = await bench.namespace('stale');
      await createPrerequisites(bench, namespace);
      const first = startOperatorProcess(bench, ELECTION);
      if (hasLostCreate) {
        bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault: { kind: 'reset' } });
      }
      await namespace.create(connector('crm'));
      if (hasLostCreate) {
        await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
        await supplyCode(namespace);
      }
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const [old] = instancesOf(namespace);
      if (old === undefined) {
        throw new Error('Ready without an instance');
      }

      const second = startOperatorProcess(bench, { ...ELECTION, KUBECONFIG: stale });
      await second.line((line) => line.includes('New leader elected'));

      // The first leader dies after the switch and before it has deleted the old instance.
      const removal = bench.simulator.faults.inject({
        match: { method: 'DELETE', path: `/instances/${old.id}` },
        times: Number.POSITIVE_INFINITY,
        fault: { kind: 'hang' },
      });
      await namespace.patch(KIND, 'crm', { spec: REST });
      await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationRequired');
      if (listingLags) {
        bench.simulator.knobs.listLagMs = SILENCE_MS;
      }
      await supplyCode(namespace);
      await until('the removal of the old instance', () => removal.hits() > 0);
      await first.kill();
      removal.remove();
      const used = instancesOf(namespace).find(({ id }) => id !== old.id);
      if (used === undefined) {
        throw new Error('the switch made no instance');
      }
      const connection = await namespace.secret('crm-connection');
      expect(connection?.values['element-token']).toBe(used.token);

      await second.line((line) => line.includes(namespace.name) && line.includes('nflict'));
      expect(instancesOf(namespace).map(({ id }) => id)).toEqual([old.id, used.id]);
      expect(await namespace.secret('crm-connection')).toEqual(connection);
      await second.kill();

      // One whose cache is not stale ends the change.
      bench.simulator.knobs.listLagMs = 0;
      const third = startOperatorProcess(bench, ELECTION);
      await until('the old instance goes', () => instancesOf(namespace).every(({ id }) => id === used.id));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect(instancesOf(namespace)).toHaveLength(1);
      expect(await namespace.secret('crm-connection')).toEqual(connection);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      expect(await third.terminate()).toBe(0);
    },
  );
});
