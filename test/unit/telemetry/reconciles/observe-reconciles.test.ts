import { describe, expect, test } from 'vitest';
import type { Result } from '../../../../src/connector/action.ts';
import { EFFECTS } from '../../../../src/connector/plan/effects.ts';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import { LeaseNotHeldError } from '../../../../src/kube/leader/lease-elector.ts';
import { RequeueAfter } from '../../../../src/kube/queue/requeue-after.ts';
import { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import { changesSomething } from '../../../../src/telemetry/reconciles/conclusion.ts';
import { connector, readyStatus } from '../../../support/builders/connector.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { observed, subject } from './subject.ts';

const ready: Result = { kind: 'ready', reason: 'Succeeded', message: 'All is well.', again: 0 };
const invalid: Result = {
  kind: 'blocked',
  condition: 'Synced',
  reason: 'InvalidSpec',
  message: 'spec.server is missing',
  retry: { kind: 'on-change' },
};
const settled = connector({ status: readyStatus(4711) });

describe('the log of a reconcile', () => {
  test.each(Object.entries(EFFECTS).filter(([, effect]) => effect === 'read'))(
    'has no line for the action %s alone, which changes nothing',
    (action) => {
      expect(changesSomething(action)).toBe(false);
    },
  );

  test('has one line with the keys of controller-runtime and the actions, if something changed', async () => {
    const clock = new VirtualClock();
    const { observe, log } = observed(clock);
    await observe(subject(), async ({ action: step, concluded }) => {
      await step({ type: 'read-secret' }, async () => undefined);
      await step({ type: 'create' }, () => clock.advance(250));
      concluded(connector(), ready);
    });
    const lines = log().filter(({ level }) => level === 'info');

    expect(lines).toEqual([
      {
        level: 'info',
        ts: '2026-01-01T00:00:00.250Z',
        controller: 'infusionsoftconnector',
        controllerGroup: 'openconnectors.dev',
        controllerKind: 'InfusionsoftConnector',
        InfusionsoftConnector: { name: 'crm', namespace: 'team' },
        namespace: 'team',
        name: 'crm',
        reconcileID: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        ),
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        ready: true,
        reason: 'Succeeded',
        actions: ['read-secret', 'create'],
        durationMs: 250,
        msg: 'Reconciled',
      },
    ]);
  });

  test.each<[Extract<Result, { kind: 'observed' }>['reason'], boolean]>([
    ['ChangesPlanned', false],
    ['Succeeded', true],
  ])('states the reason %s of a resource that is only observed, ready: %s', async (reason, isReady) => {
    const { observe, log } = observed(new VirtualClock());
    await observe(subject(), async ({ concluded }) => {
      const end = {
        kind: 'observed',
        reason,
        message: '',
        plan: [],
        works: isReady,
        unmet: [],
        again: 0,
      } as const;
      concluded(connector(), end);
    });
    expect(log().filter(({ level }) => level === 'info')).toMatchObject([{ ready: isReady, reason }]);
  });

  test('has the id of the reconcile on each line', async () => {
    const { observe, log } = observed(new VirtualClock());
    for (let reconcile = 0; reconcile < 2; reconcile += 1) {
      await observe(subject(), async ({ action: step, concluded }) => {
        await step({ type: 'create' }, async () => undefined);
        concluded(connector(), ready);
      });
    }
    const ids = log().map(({ reconcileID }) => reconcileID);

    expect(ids).toHaveLength(4);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test.each<[string, Parameters<typeof run>[0], string]>([
    [
      'nothing but looks, and the status says the same already',
      { actions: ['read-instance', 'ping'], result: ready },
      'debug',
    ],
    ['a retry that is not due', { actions: [], result: { kind: 'not-due', time: 0 } }, 'debug'],
    ['another reason than before', { actions: ['read-secret'], result: invalid }, 'info'],
    ['the same reason for a new generation', { actions: [], result: ready, generation: 8 }, 'info'],
    ['a change at the remote side', { actions: ['patch'], result: ready }, 'info'],
    ['a deletion', { actions: ['delete-instance'], result: { kind: 'released' } }, 'info'],
  ])('%s', async (_title, given, level) => {
    expect(await run(given)).toEqual([level]);
  });

  async function run(given: { actions: readonly string[]; result: Result; generation?: number }) {
    const { observe, log } = observed(new VirtualClock());
    const resource =
      given.generation === undefined
        ? settled
        : { ...settled, metadata: { ...settled.metadata, generation: given.generation } };
    await observe(subject(), async ({ action: step, concluded }) => {
      for (const name of given.actions) {
        await step({ type: name }, async () => undefined);
      }
      concluded(resource, given.result);
    });
    return log()
      .filter(({ msg }) => msg !== 'Next action')
      .map(({ level }) => level);
  }

  test('a defect, with its stack; a failure that the queue logs stays quiet', async () => {
    const { observe, log } = observed(new VirtualClock());
    const defect = observe(subject(), () => Promise.reject(new TypeError('x is not a function')));
    await expect(defect).rejects.toThrow('x is not a function');
    const refused = observe(subject(), () => Promise.reject(new KubeError('forbidden', 'PATCH /x: 403')));
    await expect(refused).rejects.toThrow('PATCH /x: 403');

    expect(log().map(({ level, msg, error }) => [level, msg, error])).toEqual([
      ['error', 'Failed to reconcile', 'x is not a function'],
      ['debug', 'Failed to reconcile', 'PATCH /x: 403'],
    ]);
    expect(log()[0]?.['stacktrace']).toContain('observe-reconciles.test.ts');
  });
});

describe('the result of a reconcile', () => {
  const aborted = AbortSignal.abort(new Error('the time to finish is over'));

  test.each<[string, () => Promise<unknown>, string, AbortSignal?]>([
    ['an end', () => Promise.resolve(undefined), 'success'],
    ['an end with a time', () => Promise.resolve({ requeueAfterMs: 1_000 }), 'requeue_after'],
    ['a finalizer that has to wait', () => Promise.reject(new RequeueAfter(1_000)), 'requeue_after'],
    ['a conflict', () => Promise.reject(new KubeError('conflict', 'PATCH /x: 409')), 'requeue'],
    ['a lost Lease', () => Promise.reject(new LeaseNotHeldError('lost')), 'requeue'],
    ['the end of the operator', () => Promise.reject(aborted.reason), 'requeue', aborted],
    ['a refusal', () => Promise.reject(new KubeError('forbidden', 'PATCH /x: 403')), 'error'],
    ['a remote error', () => Promise.reject(new RemoteError('unavailable', 'away')), 'error'],
    ['a defect', () => Promise.reject(new TypeError('x is not a function')), 'error defect'],
    ['something that is no error', () => Promise.reject('a text'), 'error defect'],
  ])('%s', async (_title, reconcile, result, signal) => {
    const { observe, scrape } = observed(new VirtualClock());
    const before = await reconcile().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const after = await observe(subject(signal && { signal }), reconcile).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const { of, value } = await scrape();
    const controller = 'infusionsoftconnector';
    const counted = of('controller_runtime_reconcile_total').filter((sample) => sample.value > 0);

    expect(after).toEqual(before);
    expect(counted.map(({ labels }) => labels)).toEqual([{ controller, result: result.split(' ')[0] }]);
    expect(value('controller_runtime_reconcile_errors_total', { controller })).toBe(
      result.startsWith('error') ? 1 : 0,
    );
    expect(value('controller_runtime_reconcile_panics_total', { controller })).toBe(
      result.endsWith('defect') ? 1 : 0,
    );
    expect(value('controller_runtime_reconcile_time_seconds_count', { controller })).toBe(1);
  });

  test('has a series for each controller before the first reconcile', async () => {
    const { of } = await observed(new VirtualClock()).scrape();

    expect(of('controller_runtime_reconcile_total').map(({ value }) => value)).toEqual(Array(8).fill(0));
    expect(of('controller_runtime_reconcile_panics_total')).toHaveLength(2);
    expect(of('controller_runtime_terminal_reconcile_errors_total')).toHaveLength(2);
  });

  test('counts a resource that becomes Stalled once', async () => {
    const { observe, scrape } = observed(new VirtualClock());
    const stalled = connector({
      status: readyStatus(4711, {
        conditions: [
          { type: 'Ready', status: 'False', reason: 'InvalidSpec', message: '', lastTransitionTime: '' },
        ],
      }),
    });
    for (const resource of [settled, stalled]) {
      await observe(subject(), async ({ concluded }) => concluded(resource, invalid));
    }

    expect(
      (await scrape()).value('controller_runtime_terminal_reconcile_errors_total', {
        controller: 'infusionsoftconnector',
      }),
    ).toBe(1);
  });

  test('its time is that of the clock', async () => {
    const clock = new VirtualClock();
    const { observe, scrape } = observed(clock);
    await observe(subject({ kind: 'OpenConnectorsAccount' }), () => clock.advance(1_500));

    expect(
      (await scrape()).value('controller_runtime_reconcile_time_seconds_sum', {
        controller: 'openconnectorsaccount',
      }),
    ).toBe(1.5);
  });
});
