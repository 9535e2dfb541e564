import { afterAll, beforeAll, expect, it } from 'vitest';
import { FINGERPRINT_SECRET } from '../../src/secrets/fingerprint-key.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const RECORD = 'openconnectors.dev/attempt';
/** More codes than the keyed records remembered. */
const NEWER_CODES = 12;

describeControlPlanes('the record of credentials without the fingerprint key', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  const creations = (): number => bench.simulator.ledger.count('createInstance');

  /** Resolves after the operator has reconciled the connector as it is now. */
  async function reconciled(namespace: Namespace, value: string): Promise<void> {
    await namespace.patch(KIND, 'crm', {
      metadata: { annotations: { 'openconnectors.dev/reconcile-at': value } },
    });
    await poll(
      async () =>
        (await namespace.connector('crm')).status?.lastHandledReconcileAt === value ? true : undefined,
      30_000,
      () => 'the connector was not reconciled',
    );
  }

  const supply = (namespace: Namespace, code: string) =>
    namespace.patch('Secret', 'crm-code', { stringData: { code } });

  it('keeps a code from being sent twice after the key is lost', async () => {
    const namespace = await bench.namespace('key');
    await createPrerequisites(bench, namespace);
    bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault: { kind: 'reset' } });
    const first = await bench.startOperator();
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
    await first.stop();
    await bench.home.remove('Secret', FINGERPRINT_SECRET);

    const second = await bench.startOperator();
    await reconciled(namespace, 'after the loss');
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    expect(await bench.home.exists('Secret', FINGERPRINT_SECRET)).toBe(true);

    await supply(namespace, newCode(bench.simulator));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    await second.stop();
  });

  it('asks for no consent and sends nothing for a connector that is Ready', async () => {
    const namespace = await bench.namespace('key');
    await createPrerequisites(bench, namespace);
    const first = await bench.startOperator();
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    await first.stop();
    await bench.home.remove('Secret', FINGERPRINT_SECRET);
    bench.simulator.ledger.reset();

    const second = await bench.startOperator();
    await reconciled(namespace, 'after the loss');
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect([creations(), bench.simulator.ledger.count('replaceInstance')]).toEqual([0, 0]);
    await second.stop();
  });

  it(`remembers a code behind ${NEWER_CODES} newer ones`, async () => {
    const namespace = await bench.namespace('key');
    await createPrerequisites(bench, namespace, { code: false });
    const operator = await bench.startOperator();
    bench.simulator.ledger.reset();
    await namespace.create(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'crm-code' }, stringData: { code: 'refused-0' } },
      connector('crm'),
    );
    for (let sent = 1; sent <= NEWER_CODES + 1; sent += 1) {
      await poll(
        async () => (creations() >= sent ? true : undefined),
        30_000,
        () => `${creations()} of ${sent} codes were sent`,
      );
      await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'AuthorizationFailed');
      await supply(namespace, sent > NEWER_CODES ? 'refused-0' : `refused-${sent}`);
    }
    await reconciled(namespace, 'with the first code');
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    expect(creations()).toBe(NEWER_CODES + 1);
    await operator.stop();
  });

  it('counts the first code beside a keyed record of a lost key as sent, and a different one as new', async () => {
    const namespace = await bench.namespace('key');
    await createPrerequisites(bench, namespace);
    const keyed = {
      credential: `00000000:${'a'.repeat(32)}`,
      at: new Date(Date.now() - 60_000).toISOString(),
    };
    await namespace.create(
      connector(
        'crm',
        {},
        {
          annotations: { [RECORD]: JSON.stringify({ ...keyed, spent: [] }) },
          finalizers: ['openconnectors.dev/instance'],
        },
      ),
    );
    bench.simulator.ledger.reset();
    const operator = await bench.startOperator();
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
    expect(creations()).toBe(0);
    await supply(namespace, newCode(bench.simulator));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect(creations()).toBe(1);
    await operator.stop();
  });
});
