import type { Fault } from 'open-connectors-simulator/faults.ts';
import type { LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/workbench/process.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const RECORD = 'openconnectors.dev/attempt';
const OPERATIONS = ['createInstance', 'replaceInstance'] as const;
type Operation = (typeof OPERATIONS)[number];

describeControlPlanes('a throttled credential', (plane) => {
  let bench: Workbench;
  /** Ends what the test started, also when it failed: a second operator would send codes of its own. */
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  beforeEach(() => {
    bench.simulator.faults.clear();
    bench.simulator.ledger.reset();
  });
  afterEach(() => Promise.all(ends.splice(0).map((end) => end())));
  afterAll(() => bench?.stop());

  /** Only the namespace of the test: connectors of the tests before still have codes to send. */
  const serving = ({ name }: Namespace, env: Readonly<Record<string, string>> = {}) => ({
    CLUSTER_ID: 'throttled',
    WATCH_NAMESPACES: name,
    ...env,
  });

  async function startOperator(
    namespace: Namespace,
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const operator = await bench.startOperator({ env: serving(namespace, env) });
    ends.push(() => operator.stop());
  }

  function startProcess(namespace: Namespace): OperatorProcess {
    const operator = startOperatorProcess(bench, serving(namespace));
    ends.push(() => operator.kill());
    return operator;
  }

  const inject = (operation: Operation, fault: Fault, times = 1) =>
    bench.simulator.faults.inject({ match: { operation }, fault, times });
  const sends = (operation: Operation): readonly LedgerEntry[] => bench.simulator.ledger.entries(operation);
  const codesOf = (operation: Operation): number =>
    new Set(sends(operation).map(({ codeFingerprint }) => codeFingerprint)).size;

  const recordOf = async (namespace: Namespace): Promise<string | undefined> =>
    (await namespace.connector('crm')).metadata.annotations?.[RECORD];

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

  async function seen(operation: Operation, count: number): Promise<void> {
    await poll(
      async () => (sends(operation).length >= count ? true : undefined),
      30_000,
      () => `${sends(operation).length} of ${count} requests were sent`,
    );
  }

  /** Has the operator send a code by `operation`, which `fault` awaits. */
  async function send(operation: Operation, namespace: Namespace, fault: Fault, times = 1): Promise<void> {
    await createPrerequisites(bench, namespace);
    if (operation === 'createInstance') {
      inject(operation, fault, times);
      await namespace.create(connector('crm'));
      return;
    }
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    inject(operation, fault, times);
    await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
    await namespace.patch(KIND, 'crm', {
      metadata: { annotations: { 'openconnectors.dev/reauthorize-at': 'now' } },
    });
  }

  /** Resolves when the credential of the latest request was accepted. */
  async function accepted(operation: Operation, namespace: Namespace): Promise<void> {
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    if (operation === 'replaceInstance') {
      await poll(
        async () =>
          (await namespace.connector('crm')).status?.lastHandledReauthorizeAt === 'now' ? true : undefined,
        30_000,
        async () => `not authorized anew: ${JSON.stringify((await namespace.connector('crm')).status)}`,
      );
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    }
  }

  /** What is asked of Open Connectors before a credential is sent again. */
  const checkBefore = {
    createInstance: 'listInstances',
    replaceInstance: 'readInstance',
  } as const;

  /** Waits until a new code is requested. A connector whose grant works stays Authorized while a new one is requested. */
  const asksAgain = (
    operation: Operation,
    namespace: Namespace,
    reason = 'AuthorizationRequired',
  ): Promise<string> =>
    operation === 'createInstance'
      ? namespace.waitFor(KIND, 'crm', 'Authorized', 'False')
      : namespace.waitFor(KIND, 'crm', 'AuthorizationPending', 'True', reason);

  describe.each(OPERATIONS)('by %s', (operation) => {
    it('is sent again after the wait that Open Connectors asks for', async () => {
      const namespace = await bench.namespace('throttled');
      await startOperator(namespace);
      await send(operation, namespace, { kind: 'throttle', retryAfterSeconds: 2 });
      await accepted(operation, namespace);
      const [first, second, ...more] = sends(operation);
      expect(more).toEqual([]);
      expect(codesOf(operation)).toBe(1);
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
      const checks = bench.simulator.ledger
        .entries(checkBefore[operation])
        .filter(({ at, number }) => at >= (first?.at ?? 0) + 2_000 && number < (second?.number ?? 0));
      expect(checks).not.toEqual([]);
    });

    it('is sent again after SEARCH_GRACE where Open Connectors asks for a shorter wait', async () => {
      const namespace = await bench.namespace('throttled');
      await startOperator(namespace, { SEARCH_GRACE: '3s' });
      await send(operation, namespace, { kind: 'throttle', retryAfterSeconds: 1 });
      await accepted(operation, namespace);
      const [first, second, ...more] = sends(operation);
      expect(more).toEqual([]);
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3_000);
    });

    it('is sent three times at most', async () => {
      const namespace = await bench.namespace('throttled');
      await startOperator(namespace);
      await send(operation, namespace, { kind: 'throttle', retryAfterSeconds: 0 }, 10);
      await seen(operation, 3);
      await asksAgain(operation, namespace);
      await reconciled(namespace, 'after three');
      await reconciled(namespace, 'after three and again');
      expect(sends(operation)).toHaveLength(3);
      expect(codesOf(operation)).toBe(1);
      bench.simulator.faults.clear();
      await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
      await accepted(operation, namespace);
      expect(sends(operation)).toHaveLength(4);
      expect(codesOf(operation)).toBe(2);
    });

    it('is not sent again after CODE_LIFETIME', async () => {
      const namespace = await bench.namespace('throttled');
      await startOperator(namespace, { CODE_LIFETIME: '1s' });
      await send(operation, namespace, { kind: 'throttle', retryAfterSeconds: 2 });
      await seen(operation, 1);
      await asksAgain(operation, namespace);
      await reconciled(namespace, 'after its life');
      expect(sends(operation)).toHaveLength(1);
    });

    /** Has a code throttled, and the operator killed and started again after the record says so. */
    async function restart(namespace: Namespace, retryAfterSeconds: number): Promise<void> {
      const first = startProcess(namespace);
      await send(operation, namespace, { kind: 'throttle', retryAfterSeconds });
      await poll(
        async () => ((await recordOf(namespace))?.includes('notBefore') ? true : undefined),
        30_000,
        () => 'the record does not say that the code was not processed',
      );
      await first.kill();
      startProcess(namespace);
    }

    it('is sent again by a process that was started in between', async () => {
      const namespace = await bench.namespace('throttled');
      await restart(namespace, 1);
      await accepted(operation, namespace);
      expect(sends(operation)).toHaveLength(2);
      expect(codesOf(operation)).toBe(1);
    });

    it('waits the time that Open Connectors asks for also in a process that was started in between', async () => {
      const namespace = await bench.namespace('throttled');
      // Longer than any machine takes to start the process, and shorter than CODE_LIFETIME.
      await restart(namespace, 300);
      await reconciled(namespace, 'after the restart');
      await (operation === 'createInstance'
        ? namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'Throttled')
        : namespace.waitFor(KIND, 'crm', 'AuthorizationPending', 'True', 'Throttled'));
      expect(sends(operation)).toHaveLength(1);
    });

    // What is said of the code: an answer that refuses it is shown, a lost one is not taken for a refusal.
    const ambiguous: readonly (readonly [string, Fault, string])[] = [
      [
        'a 429 that is forwarded from the provider',
        { kind: 'throttle', origin: 'provider', retryAfterSeconds: 0 },
        'AuthorizationFailed',
      ],
      [
        'a 429 of a gateway',
        { kind: 'gateway-json', status: 429, message: 'Too many requests' },
        'AuthorizationFailed',
      ],
      ['503', { kind: 'status', status: 503 }, 'AuthorizationRequired'],
      ['a reset', { kind: 'reset' }, 'AuthorizationRequired'],
    ];
    it.each(ambiguous)('is never sent again after %s', async (_title, fault, reason) => {
      const namespace = await bench.namespace('throttled');
      await startOperator(namespace);
      await send(operation, namespace, fault);
      await seen(operation, 1);
      await asksAgain(operation, namespace, reason);
      await reconciled(namespace, 'once');
      await reconciled(namespace, 'twice');
      expect(sends(operation)).toHaveLength(1);
      expect(await recordOf(namespace)).not.toContain('notBefore');
    });
  });

  it('is not sent again by a create where the search finds an instance', async () => {
    const namespace = await bench.namespace('throttled');
    await startOperator(namespace);
    await send('createInstance', namespace, { kind: 'status', status: 429, when: 'after' });
    await accepted('createInstance', namespace);
    expect(sends('createInstance')).toHaveLength(1);
    const { id } = (await namespace.connector('crm')).status?.instance ?? {};
    const created = bench.simulator
      .instances()
      .filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
    expect(created.map((instance) => instance.id)).toEqual([id]);
  });

  it('is never sent again where it is a refresh token', async () => {
    const namespace = await bench.namespace('throttled');
    await startOperator(namespace);
    await createPrerequisites(bench, namespace, { code: false });
    await namespace.create(secret('crm-token', { refresh_token: bench.simulator.issueRefreshToken() }));
    inject('createInstance', { kind: 'throttle', retryAfterSeconds: 0 });
    await namespace.create(
      connector('crm', {
        oauth: {
          clientSecretRef: { name: 'crm-oauth' },
          callbackUrl: CALLBACK_URL,
          refreshTokenSecretRef: { name: 'crm-token' },
        },
      }),
    );
    await seen('createInstance', 1);
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False');
    await reconciled(namespace, 'once');
    await reconciled(namespace, 'twice');
    expect(sends('createInstance')).toHaveLength(1);
    expect(await recordOf(namespace)).not.toContain('notBefore');
  });
});
