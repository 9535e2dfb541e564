import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { installCrds, readCrds } from '../support/controlplane/crds.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import {
  hasPreviousRelease,
  type PreviousRelease,
  unpackPreviousRelease,
} from '../support/previous/previous-release.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { ELECTION } from '../support/workbench/election.ts';
import { CALLBACK_URL, connector, type Manifest, secret } from '../support/workbench/manifests.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/workbench/process.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';
import { type WriteWatch, watchWrites } from '../support/workbench/write-watch.ts';

const KIND = 'InfusionsoftConnector';
const lease = z.object({
  spec: z.object({ holderIdentity: z.string(), leaseTransitions: z.number() }),
});

/** Connectors in the states that users have, and how many of each. */
const STATES: readonly {
  readonly name: string;
  readonly count: number;
  readonly ready: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly hasCode?: boolean;
}[] = [
  { name: 'ready', count: 20, ready: 'True' },
  {
    name: 'rest',
    count: 10,
    ready: 'True',
    spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined },
  },
  { name: 'report', count: 4, ready: 'True', spec: { driftPolicy: 'Report' } },
  { name: 'disabled', count: 3, ready: 'True', spec: { instance: { enabled: false } } },
  { name: 'waiting', count: 5, ready: 'False', hasCode: false },
  {
    name: 'keyless',
    count: 4,
    ready: 'False',
    spec: { encryptedKeySecretRef: { name: 'no-such-secret' } },
  },
  { name: 'suspended', count: 4, ready: 'False', spec: { suspend: true } },
];
const NAMES = STATES.flatMap((state) =>
  Array.from({ length: state.count }, (_, index) => ({ ...state, name: `${state.name}-${index}` })),
);

/**
 * What the changelog announces: one write for each status. The previous release recorded no verified account of a suspended
 * connector; that is a second write where the account is verified after the first one.
 */
const WRITES_OF_UPGRADE = Object.fromEntries(
  NAMES.map(({ name }) => [name, name.startsWith('suspended') ? expect.toBeOneOf([1, 2]) : 1]),
);

describe.skipIf(!hasPreviousRelease())('an upgrade (needs the commit of the previous release)', () => {
  describeControlPlanes('of fifty connectors', (plane) => {
    let bench: Workbench;
    let previous: PreviousRelease;
    let namespace: Namespace;
    let running: OperatorProcess;

    const env = { ...ELECTION, CLUSTER_ID: 'upgrade', INVENTORY_INTERVAL: '2s', PING_INTERVAL: '720h' };
    const startPrevious = () => startOperatorProcess(bench, env, undefined, previous.program);
    const start = () => startOperatorProcess(bench, env);

    beforeAll(async () => {
      previous = unpackPreviousRelease();
      bench = await startWorkbench(plane);
      await installCrds(plane.rest, await readCrds(previous.crds));
    });
    afterAll(async () => {
      await bench?.stop();
      await plane.installCrds();
      previous?.remove();
    });

    const manifestsOf = ({ name, spec, hasCode = true }: (typeof NAMES)[number]): readonly Manifest[] => [
      ...(hasCode ? [secret(`${name}-code`, { code: newCode(bench.simulator) })] : []),
      connector(name, {
        oauth: {
          clientSecretRef: { name: 'crm-oauth' },
          callbackUrl: CALLBACK_URL,
          authorizationCodeSecretRef: { name: `${name}-code` },
        },
        ...spec,
      }),
    ];

    const readLease = async () => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${bench.home.name}/leases`;
      const { body } = await plane.rest.request('GET', path);
      const [only] = z.object({ items: z.array(lease) }).parse(body).items;
      return only?.spec;
    };

    /** Every connector in its state, and every deletion, edit and repeated reconcile handled. */
    async function settled(value: string): Promise<void> {
      await namespace.patch('OpenConnectorsAccount', 'sap', {
        metadata: { annotations: { 'openconnectors.dev/reconcile-at': value } },
      });
      for (const { name, ready } of NAMES) {
        await namespace.waitFor(KIND, name, 'Ready', ready);
      }
      // A suspended connector handles no trigger; each other one is reconciled by the process that runs now.
      const served = NAMES.filter(({ name }) => !name.startsWith('suspended'));
      for (const { name } of served) {
        await namespace.patch(KIND, name, {
          metadata: { annotations: { 'openconnectors.dev/reconcile-at': value } },
        });
      }
      await poll(
        async () => {
          const all = new Map((await namespace.connectors()).map((one) => [one.metadata.name, one]));
          const left = served.filter(({ name }) => all.get(name)?.status?.lastHandledReconcileAt !== value);
          return left.length === 0 ? true : undefined;
        },
        60_000,
        () => 'not every connector was reconciled',
      );
      for (const { name, ready } of NAMES) {
        await namespace.waitFor(KIND, name, 'Ready', ready);
      }
    }

    const writes = (from: number) =>
      bench.simulator.ledger
        .entries()
        .slice(from)
        .filter(({ method }) => method !== 'GET')
        .map(({ operation }) => operation);
    const reached = () => bench.simulator.ledger.entries().length;
    const instanceIds = async () =>
      (await namespace.connectors())
        .map(({ metadata, status }) => `${metadata.name} ${status?.instance?.id} ${status?.binding?.name}`)
        .sort();

    /** Writes of statuses while another process takes over, until no connector is written any more. */
    async function expectWrites(
      change: () => Promise<void>,
      expected: Readonly<Record<string, unknown>>,
    ): Promise<void> {
      const written = await watchWrites(plane, namespace.name);
      try {
        await change();
        await poll(
          async () =>
            Object.keys(expected).every((name) => name in written.statusWrites()) ? true : undefined,
          120_000,
          () => `not every status was written: ${JSON.stringify(written.statusWrites())}`,
        );
        await settles(written);
        expect(written.statusWrites()).toEqual(expected);
      } finally {
        written.stop();
      }
    }

    /** Resolves when the account was listed twice while no connector was written. */
    async function settles(written: WriteWatch): Promise<void> {
      const lists = () => bench.simulator.ledger.count('listInstances');
      let last = { lists: lists(), count: written.count() };
      await poll(
        async () => {
          if (written.count() !== last.count) {
            last = { lists: lists(), count: written.count() };
          }
          return lists() >= last.lists + 2 ? true : undefined;
        },
        120_000,
        () => 'the connectors are still written',
      );
    }

    /** Two more listings of the account, in which the running version writes no connector. */
    async function staysUnchanged(): Promise<void> {
      const versions = async () =>
        (await namespace.connectors()).map(({ metadata }) => metadata.resourceVersion);
      const lists = () => bench.simulator.ledger.count('listInstances');
      const before = { versions: await versions(), lists: lists() };
      await poll(
        async () => (lists() >= before.lists + 2 ? true : undefined),
        30_000,
        () => 'the account was not listed again',
      );
      expect(await versions()).toEqual(before.versions);
    }

    /** Starts another version beside the one that runs, and ends that one, as a rolling update does. */
    async function roll(next: () => OperatorProcess): Promise<void> {
      const former = running;
      const before = await readLease();
      running = next();
      await former.terminate();
      await poll(
        async () => ((await readLease())?.holderIdentity !== before?.holderIdentity ? true : undefined),
        60_000,
        () => 'no replica took the Lease over',
      );
      const after = await readLease();
      expect((after?.leaseTransitions ?? 0) - (before?.leaseTransitions ?? 0)).toBeLessThanOrEqual(1);
    }

    it('writes nothing to Open Connectors, forward and back, and sends no code twice', {
      timeout: 600_000,
    }, async () => {
      namespace = await bench.namespace('upgrade');
      await createPrerequisites(bench, namespace, { code: false });
      running = startPrevious();
      for (const one of NAMES) {
        await namespace.create(...manifestsOf(one));
      }
      await settled('previous');
      const instances = await instanceIds();
      expect(instances.filter((line) => !line.includes('undefined'))).toHaveLength(37);

      await plane.installCrds();
      let from = reached();
      await expectWrites(() => roll(start), WRITES_OF_UPGRADE);
      await expectWrites(() => roll(start), {});
      await settled('this');
      await staysUnchanged();
      expect(writes(from)).toEqual([]);
      expect(await instanceIds()).toEqual(instances);

      from = reached();
      await installCrds(plane.rest, await readCrds(previous.crds));
      await roll(startPrevious);
      await settled('previous again');
      await staysUnchanged();
      expect(writes(from)).toEqual([]);
      expect(await instanceIds()).toEqual(instances);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      await running.terminate();
    });
  });
});
