import type { Fault } from 'open-connectors-simulator/faults.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

describeControlPlanes('failures of Open Connectors', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    operator = await bench.startOperator();
  });
  beforeEach(() => bench.simulator.faults.clear());
  afterAll(() => bench?.stop());

  async function arrange(): Promise<Namespace> {
    const namespace = await bench.namespace('failures');
    await createPrerequisites(bench, namespace);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    return namespace;
  }
  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const inject = (operation: string, fault: Fault, times = 1) =>
    bench.simulator.faults.inject({ match: { operation }, times, fault });
  const supplyCode = (namespace: Namespace) =>
    namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });

  describe('while the instance is created', () => {
    const committed: readonly (readonly [string, Fault])[] = [
      ['a reset after the commit', { kind: 'reset', when: 'after' }],
      ['502 after the commit', { kind: 'status', status: 502, when: 'after' }],
      ['garbage as the answer', { kind: 'garbage', when: 'after' }],
      ['no answer at all', { kind: 'hang', when: 'after' }],
      ['a commit after the client gave up', { kind: 'late-commit' }],
      ['half an answer', { kind: 'half', end: 'reset' }],
    ];
    test.each(committed)(
      '%s: the instance is found, and the code is not sent again',
      async (_title, fault) => {
        const namespace = await arrange();
        const injected = inject('createInstance', fault);
        await namespace.create(connector('crm'));
        await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
        expect(injected.hits()).toBe(1);
        expect(instancesOf(namespace)).toHaveLength(1);
        expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      },
    );

    const lost: readonly (readonly [string, Fault, string])[] = [
      ['a reset before the commit', { kind: 'reset', when: 'before' }, 'CredentialUsed'],
      ['503 before the commit', { kind: 'status', status: 503, when: 'before' }, 'CredentialUsed'],
      [
        '429 of the provider',
        { kind: 'throttle', origin: 'provider', retryAfterSeconds: 1 },
        'AuthorizationFailed',
      ],
      ['a gateway page', { kind: 'gateway-page', status: 404, when: 'before' }, 'AuthorizationFailed'],
    ];
    test.each(lost)(
      '%s: a new code is asked for, and the first one is not sent again',
      async (_title, fault, reason) => {
        const namespace = await arrange();
        inject('createInstance', fault);
        await namespace.create(connector('crm'));
        const message = await namespace.waitFor(
          'InfusionsoftConnector',
          'crm',
          'Authorized',
          'False',
          reason,
        );
        expect(message).toContain('crm-code');
        expect(instancesOf(namespace)).toHaveLength(0);
        await supplyCode(namespace);
        await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
        expect(instancesOf(namespace)).toHaveLength(1);
        expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      },
    );

    test('lists that lag behind do not lead to a second instance', async () => {
      const namespace = await arrange();
      bench.simulator.knobs.listLagMs = 150;
      inject('createInstance', { kind: 'reset', when: 'after' });
      await namespace.create(connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      bench.simulator.knobs.listLagMs = 0;
      expect(instancesOf(namespace)).toHaveLength(1);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });

    test.each(['400', '401', '502', 'dead-instance'] as const)(
      'a code that the provider refuses (%s) is said, and a new one is enough',
      async (answer) => {
        const namespace = await arrange();
        bench.simulator.knobs.badGrant = answer;
        await namespace.patch('Secret', 'crm-code', { stringData: { code: `not-a-code-${answer}` } });
        await namespace.create(connector('crm'));
        await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False');
        const reason = answer === '502' ? 'CredentialUsed' : 'AuthorizationFailed';
        await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False', reason);
        bench.simulator.knobs.badGrant = '400';
        await supplyCode(namespace);
        await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
        expect(instancesOf(namespace)).toHaveLength(1);
      },
    );
  });

  describe('later', () => {
    test('an account that cannot be reached is tried again by itself', async () => {
      const namespace = await bench.namespace('failures');
      inject('readOrganization', { kind: 'status', status: 503 });
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm'));
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'AccountUnreachable');
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    });

    test('an inventory that fails holds up creation, not for ever', async () => {
      const namespace = await bench.namespace('failures');
      inject('listInstances', { kind: 'garbage' });
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm'));
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'UnexpectedAnswer');
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    });

    test('a change that fails is counted, waits, and is made in the end', async () => {
      const namespace = await arrange();
      await namespace.create(connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      inject('patchInstance', { kind: 'status', status: 503 }, 1);
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { name: 'Sales' } } });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Synced', 'False', 'RemoteError');
      const { status } = await namespace.connector('crm');
      expect(status?.failures?.count).toBe(1);
      expect(Date.parse(status?.failures?.nextAttemptAt ?? '')).toBeGreaterThan(0);
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      expect((await namespace.connector('crm')).status?.failures).toBeUndefined();
      expect(instancesOf(namespace)[0]?.name).toBe('Sales');
      await expect
        .poll(async () => (await namespace.events('crm')).find(({ reason }) => reason === 'Updated')?.message)
        .toContain('Recovered from RemoteError.');
    });

    test('reconcile-at hurries a waiting retry, once', async () => {
      const namespace = await arrange();
      await namespace.create(connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      inject('patchInstance', { kind: 'throttle', retryAfterSeconds: 600 }, 1);
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { name: 'Sales' } } });
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Synced', 'False', 'Throttled');
      const held = (await namespace.connector('crm')).status?.failures;
      expect(held?.lastReason).toBe('Throttled');
      // The account itself pauses too, until one probe has shown that it may go on.
      expect(Date.parse(held?.nextAttemptAt ?? '') - Date.now()).toBeGreaterThan(500_000);
      await poll(
        async () =>
          (await namespace.account('sap')).status?.throttledUntil === undefined ? undefined : true,
        20_000,
        () => 'the account does not say until when it is left alone',
      );
      await namespace.patch('InfusionsoftConnector', 'crm', {
        metadata: { annotations: { 'openconnectors.dev/reconcile-at': 'now' } },
      });
      await poll(
        async () =>
          (await namespace.connector('crm')).status?.lastHandledReconcileAt === 'now' ? true : undefined,
        20_000,
        () => 'reconcile-at was not echoed',
      );
    });

    test('a 429 of the provider delays the connector that got it and no other of the account', async () => {
      const namespace = await arrange();
      const fault: Fault = {
        kind: 'throttle',
        retryAfterSeconds: 600,
        origin: 'provider',
      };
      const injected = inject('ping', fault);
      await namespace.create(connector('crm'));
      const message = await namespace.waitFor('InfusionsoftConnector', 'crm', 'Synced', 'False', 'Throttled');
      expect(message).toContain('Infusionsoft throttles calls through the instance');
      const held = (await namespace.connector('crm')).status?.failures;
      expect(Date.parse(held?.nextAttemptAt ?? '') - Date.now()).toBeGreaterThan(500_000);
      await supplyCode(namespace);
      await namespace.create(connector('erp'));
      await namespace.waitFor('InfusionsoftConnector', 'erp', 'Ready', 'True');
      expect(injected.hits()).toBe(1);
      expect((await namespace.account('sap')).status?.throttledUntil).toBeUndefined();
    });

    test('a deletion that fails is repeated, and the finalizer stays until the instance is gone', async () => {
      const namespace = await arrange();
      await namespace.create(connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      inject('deleteInstance', { kind: 'status', status: 500 }, 1);
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'False', 'RemoteError');
      expect(instancesOf(namespace)).toHaveLength(1);
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(instancesOf(namespace)).toHaveLength(0);
    });

    test('a gateway’s 404 is not taken for an instance that is gone', async () => {
      const namespace = await arrange();
      await namespace.create(connector('crm'));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      const injected = inject('deleteInstance', { kind: 'gateway-page', status: 404 }, 1);
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(injected.hits()).toBe(1);
      expect(instancesOf(namespace)).toHaveLength(0);
    });
  });

  test('no secret value is in any status, event or log line', async () => {
    const namespace = await arrange();
    inject('createInstance', { kind: 'status', status: 400 });
    await namespace.create(connector('crm', {}, { name: 'crm' }));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False', 'AuthorizationFailed');
    const code = (await namespace.secret('crm-code'))?.values['code'] ?? '';
    const secrets = [
      code,
      bench.simulator.credentials.userSecret,
      bench.simulator.credentials.organizationSecret,
      bench.simulator.app.clientSecret,
      'f6d2a8b1c9e04735aa61',
    ];
    const texts = JSON.stringify([
      await namespace.connector('crm'),
      await namespace.account('sap'),
      await namespace.events('crm'),
      await namespace.events('sap'),
      operator.log,
    ]);
    for (const value of secrets) {
      expect(value.length).toBeGreaterThan(8);
      expect(texts).not.toContain(value);
    }
    expect(operator.log.length).toBeGreaterThan(100);
  });
});
