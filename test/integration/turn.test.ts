import type { Fault } from 'open-connectors-simulator/faults.ts';
import { fingerprint } from 'open-connectors-simulator/fingerprint.ts';
import type { LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import { startOperatorProcess } from '../support/workbench/process.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const RECORD = 'openconnectors.dev/attempt';
const CONNECTORS = 5;

/** A connector with an authorization code of its own. */
interface Subject {
  readonly name: string;
  readonly codeFingerprint: string;
}

describeControlPlanes('credentials that wait for their turn', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  /** An account that allows one call at a time. */
  async function furnishSlowAccount(namespace: Namespace): Promise<void> {
    await createPrerequisites(bench, namespace, { code: false });
    await namespace.patch('OpenConnectorsAccount', 'sap', { spec: { limits: { concurrency: 1 } } });
  }

  async function createConnectors(namespace: Namespace): Promise<readonly Subject[]> {
    const subjects: Subject[] = [];
    for (let n = 0; n < CONNECTORS; n += 1) {
      const name = `crm-${n}`;
      const code = newCode(bench.simulator);
      subjects.push({ name, codeFingerprint: fingerprint(code) });
      await namespace.create(
        secret(`code-${n}`, { code }),
        connector(name, {
          oauth: {
            clientSecretRef: { name: 'crm-oauth' },
            callbackUrl: CALLBACK_URL,
            authorizationCodeSecretRef: { name: `code-${n}` },
          },
        }),
      );
    }
    return subjects;
  }

  const sends = (): readonly LedgerEntry[] => bench.simulator.ledger.entries('createInstance');
  const sendsOf = ({ codeFingerprint }: Subject): readonly LedgerEntry[] =>
    sends().filter((entry) => entry.codeFingerprint === codeFingerprint);
  const recordOf = async (namespace: Namespace, { name }: Subject): Promise<string | undefined> =>
    (await namespace.connector(name)).metadata.annotations?.[RECORD];

  /** The create that is under way when the process dies, and how the search settles it. */
  const underWay: readonly (readonly [string, Fault, readonly ['Ready' | 'Authorized', string, string]])[] = [
    ['was not carried out', { kind: 'hang', when: 'before' }, ['Authorized', 'False', 'CredentialUsed']],
    ['was carried out', { kind: 'hang', when: 'after' }, ['Ready', 'True', 'Succeeded']],
  ];
  it.each(underWay)(
    'are sent once after a crash, where the create under way %s',
    async (_title, fault, end) => {
      const namespace = await bench.namespace('turn');
      bench.simulator.ledger.reset();
      await furnishSlowAccount(namespace);
      const env = { CLUSTER_ID: 'turn', WATCH_NAMESPACES: namespace.name };
      const first = startOperatorProcess(bench, { ...env, CREATE_DEADLINE: '10m' });
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
      bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault });
      const subjects = await createConnectors(namespace);
      for (const { name } of subjects) {
        await first.line((line) => line.includes('"action":"create"') && line.includes(`"${name}"`));
      }
      const sent = await poll(
        async () => sends()[0],
        30_000,
        () => 'no create was sent',
      );
      const current = subjects.filter(({ codeFingerprint }) => codeFingerprint === sent.codeFingerprint);
      const waiting = subjects.filter((subject) => !current.includes(subject));
      expect([current, waiting].map(({ length }) => length)).toEqual([1, CONNECTORS - 1]);
      await first.kill();
      expect(sends()).toHaveLength(1);

      // Checked before the next process writes records of its own.
      for (const subject of waiting) {
        expect(await recordOf(namespace, subject)).toBeUndefined();
      }
      for (const subject of current) {
        expect(await recordOf(namespace, subject)).toBeDefined();
      }
      const second = startOperatorProcess(bench, env);
      for (const { name } of waiting) {
        await namespace.waitFor(KIND, name, 'Ready', 'True');
      }
      for (const { name } of current) {
        await namespace.waitFor(KIND, name, ...end);
      }
      expect(waiting.map((subject) => sendsOf(subject).map(({ committed }) => committed))).toEqual(
        Array(CONNECTORS - 1).fill([true]),
      );
      expect(sends()).toHaveLength(CONNECTORS);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      await second.terminate();
    },
  );
});
