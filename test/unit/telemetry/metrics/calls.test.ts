import { describe, expect, test } from 'vitest';
import type { CallObservation } from '../../../../src/openconnectors/transport/caller.ts';
import { observeKubeCalls } from '../../../../src/telemetry/metrics/kube-metrics.ts';
import { createMetrics } from '../../../../src/telemetry/metrics/metrics.ts';
import { createPauseBook } from '../../../../src/telemetry/metrics/pauses.ts';
import { observeExternalCalls } from '../../../../src/telemetry/metrics/remote-metrics.ts';
import { readExposition } from '../../../support/exposition.ts';

const host = '10.96.0.1:443';

describe('calls to the Kubernetes API', () => {
  test.each([
    ['GET', '200', { code: '200', method: 'GET' }],
    ['PATCH', '409', { code: '409', method: 'PATCH' }],
    ['WATCH', '200', { code: '200', method: 'GET' }],
    ['POST', 'timeout', { code: '<error>', method: 'POST' }],
    ['GET', 'network', { code: '<error>', method: 'GET' }],
  ] as const)('%s with %s is counted as client-go does', async (method, code, labels) => {
    const metrics = createMetrics();
    const { call } = observeKubeCalls(metrics, host);
    call({ method, code, pathTemplate: '/api/v1/namespaces/{namespace}/secrets/{name}', durationMs: 250 });
    const { value } = readExposition(await metrics.expose());

    expect(value('rest_client_requests_total', { ...labels, host })).toBe(1);
    expect(value('rest_client_request_duration_seconds_sum', { verb: labels.method, host })).toBe(0.25);
  });

  test('a repetition is counted by the status that was its reason', async () => {
    const metrics = createMetrics();
    const { retry } = observeKubeCalls(metrics, host);
    retry({ method: 'GET', code: '429' });
    retry({ method: 'GET', code: 'network' });
    const { value } = readExposition(await metrics.expose());

    expect(value('rest_client_request_retries_total', { code: '429', verb: 'GET', host })).toBe(1);
    expect(value('rest_client_request_retries_total', { code: '<error>', verb: 'GET', host })).toBe(1);
  });
});

describe('calls to Open Connectors', () => {
  async function after(...observations: readonly Partial<CallObservation>[]) {
    const metrics = createMetrics();
    const observe = observeExternalCalls(metrics);
    for (const observation of observations) {
      observe({
        operation: 'create-instance',
        outcome: 'ok',
        status: undefined,
        durationMs: 1_500,
        ...observation,
      });
    }
    return readExposition(await metrics.expose());
  }

  test.each<[Partial<CallObservation>, string]>([
    [{ outcome: 'ok', status: 200 }, '2xx'],
    [{ outcome: 'not-found', status: 404 }, '4xx'],
    [{ outcome: 'ambiguous', status: 502 }, '5xx'],
    [{ outcome: 'ambiguous' }, 'none'],
    [{ outcome: 'unavailable' }, 'none'],
    [{ outcome: 'aborted' }, 'aborted'],
    [{ outcome: 'fenced' }, 'fenced'],
  ])('%j is of class %s', async (observation, code_class) => {
    const { value } = await after(observation);

    const labels = { operation: 'create-instance', code_class };
    expect(value('openconnectors_api_requests_total', labels)).toBe(1);
    expect(value('openconnectors_api_request_duration_seconds_sum', { operation: 'create-instance' })).toBe(
      1.5,
    );
  });

  test.each<[Partial<CallObservation>, string]>([
    [{ outcome: 'ok', status: 200 }, 'granted'],
    [{ operation: 'reauthorize-instance', outcome: 'ok', status: 200 }, 'granted'],
    [{ outcome: 'invalid', status: 400 }, 'refused'],
    [{ outcome: 'unauthorized', status: 401 }, 'refused'],
    [{ outcome: 'ambiguous', status: 502 }, 'ambiguous'],
    [{ outcome: 'unavailable' }, 'unavailable'],
    [{ outcome: 'throttled', status: 429 }, 'unavailable'],
    [{ outcome: 'fenced' }, 'unavailable'],
  ])('%j is an authorization that was %s', async (observation, outcome) => {
    const { of } = await after(observation);
    const counted = of('openconnectors_authorizations_total').filter(({ value }) => value > 0);

    expect(counted.map(({ labels }) => labels)).toEqual([{ outcome }]);
  });

  test('no other operation is an authorization, and all outcomes are there from the start', async () => {
    const { of } = await after({ operation: 'ping-instance', outcome: 'ok', status: 200 });

    expect(
      of('openconnectors_authorizations_total').map(({ labels, value }) => [labels['outcome'], value]),
    ).toEqual([
      ['granted', 0],
      ['refused', 0],
      ['ambiguous', 0],
      ['unavailable', 0],
    ]);
  });

  test('counts a 429 of Open Connectors as throttling, and no call that the operator paused', async () => {
    const { value } = await after({ outcome: 'throttled', status: 429 }, { outcome: 'throttled' });

    expect(value('openconnectors_throttles_total')).toBe(1);
  });
});

describe('pauses of accounts', () => {
  test('an account pauses while any of its clients does', () => {
    const pauses = createPauseBook();

    expect(pauses.note({ accountUid: 'uid-1', credential: 'old' }, 'unavailable')).toBe(true);
    expect(pauses.note({ accountUid: 'uid-1', credential: 'new' }, 'throttled')).toBe(true);
    expect(pauses.note({ accountUid: 'uid-1', credential: 'new' }, 'throttled')).toBe(false);
    expect([...pauses.causesOf('uid-1')].sort()).toEqual(['throttled', 'unavailable']);
    expect([...pauses.causesOf('uid')]).toEqual([]);

    expect(pauses.note({ accountUid: 'uid-1', credential: 'old' }, 'open')).toBe(true);
    expect(pauses.note({ accountUid: 'uid-1', credential: 'old' }, 'open')).toBe(false);
    expect([...pauses.causesOf('uid-1')]).toEqual(['throttled']);
  });
});
