import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../../../src/connector/action.ts';
import { connector } from '../../../support/builders/connector.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { observed, subject } from '../reconciles/subject.ts';

// What a span belongs to is found by the process' context manager, which comes with the SDK.
beforeAll(() => new NodeTracerProvider().register());
afterAll(() => {
  context.disable();
  trace.disable();
});

const asking: Result = {
  kind: 'blocked',
  condition: 'Authorized',
  reason: 'AuthorizationRequired',
  message: 'A person has to consent.',
  retry: { kind: 'on-change' },
};
const ready: Result = { kind: 'ready', reason: 'Succeeded', message: 'All is well.', again: 0 };

describe('the spans of a reconcile', () => {
  test('nest: one for the reconcile, a child for each action, a child of that for each call', async () => {
    const clock = new VirtualClock();
    const { observe, calls, spans } = observed(clock);
    await observe(subject(), async ({ action: step, concluded }) => {
      await step({ type: 'create' }, async () => {
        await clock.advance(2_000);
        calls.remote({ operation: 'create-instance', outcome: 'ok', status: 200, durationMs: 1_500 });
      });
      await step({ type: 'write-connection-secret' }, async () => {
        const pathTemplate = '/api/v1/namespaces/{namespace}/secrets';
        calls.kube({ method: 'POST', pathTemplate, code: '201', durationMs: 20 });
      });
      concluded(connector(), ready);
    });
    const byId = new Map(spans().map((span) => [span.spanContext().spanId, span.name]));
    const tree = spans().map(({ name, parentSpanContext }) => [
      name,
      byId.get(parentSpanContext?.spanId ?? ''),
    ]);

    expect(tree).toEqual([
      ['openconnectors create-instance', 'action create'],
      ['action create', 'reconcile InfusionsoftConnector'],
      ['POST /api/v1/namespaces/{namespace}/secrets', 'action write-connection-secret'],
      ['action write-connection-secret', 'reconcile InfusionsoftConnector'],
      ['reconcile InfusionsoftConnector', undefined],
    ]);
    const [remote, , kube, , reconcile] = spans();
    expect(reconcile?.attributes).toEqual({
      controller: 'infusionsoftconnector',
      reconcileID: expect.any(String),
      namespace: 'team',
      name: 'crm',
      reason: 'Succeeded',
    });
    expect(remote?.kind).toBe(SpanKind.CLIENT);
    expect(remote?.duration).toEqual([1, 500_000_000]);
    expect(remote?.attributes).toEqual({
      'peer.service': 'open-connectors',
      operation: 'create-instance',
      outcome: 'ok',
      'http.response.status_code': 200,
    });
    expect(kube?.attributes).toEqual({
      'peer.service': 'kubernetes',
      'http.request.method': 'POST',
      'url.template': '/api/v1/namespaces/{namespace}/secrets',
      'http.response.status_code': 201,
    });
  });

  test('mark a failure on the call, the action and the reconcile', async () => {
    const { observe, calls, spans, scrubber } = observed(new VirtualClock());
    scrubber.register('hunter2-hunter2');
    const reconcile = observe(subject(), ({ action: step }) =>
      step({ type: 'create' }, async () => {
        calls.remote({ operation: 'create-instance', outcome: 'ambiguous', status: 502, durationMs: 10 });
        calls.kube({ method: 'GET', pathTemplate: '/x', code: 'timeout', durationMs: 10 });
        throw new Error('refused with token=hunter2-hunter2');
      }),
    );
    await expect(reconcile).rejects.toThrow('refused');

    expect(spans().map(({ name, status }) => [name, status.code, status.message])).toEqual([
      ['openconnectors create-instance', SpanStatusCode.ERROR, 'ambiguous'],
      ['GET /x', SpanStatusCode.ERROR, 'timeout'],
      ['action create', SpanStatusCode.ERROR, 'Error: refused with token=[redacted]'],
      ['reconcile InfusionsoftConnector', SpanStatusCode.ERROR, 'Error: refused with token=[redacted]'],
    ]);
    expect(spans().flatMap(({ events }) => events)).toEqual([]);
  });

  test('omit calls outside of a reconcile, such as watches and the Lease', () => {
    const { calls, spans } = observed(new VirtualClock());
    calls.kube({ method: 'PUT', pathTemplate: '/lease', code: '200', durationMs: 10 });
    calls.remote({ operation: 'ping-instance', outcome: 'ok', status: 200, durationMs: 10 });

    expect(spans()).toEqual([]);
  });

  test('separate the calls of concurrent reconciles', async () => {
    const { observe, calls, spans } = observed(new VirtualClock());
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const reconcile = (name: string) =>
      observe(subject({ name }), ({ action: step }) =>
        step({ type: 'ping' }, async () => {
          await gate;
          calls.remote({ operation: 'ping-instance', outcome: 'ok', status: 200, durationMs: 0 });
        }),
      );
    const both = Promise.all([reconcile('a'), reconcile('b')]);
    open();
    await both;
    const traces = spans().map((span) => span.spanContext().traceId);

    expect(new Set(traces).size).toBe(2);
    expect(spans().filter(({ name }) => name.startsWith('openconnectors'))).toHaveLength(2);
  });
});

describe('the action that sends a grant', () => {
  async function linksAfter(...verdicts: readonly Result[]) {
    const bench = observed(new VirtualClock());
    for (const result of verdicts) {
      await bench.observe(subject(), async ({ concluded }) => concluded(connector(), result));
    }
    await bench.observe(subject(), ({ action: step }) => step({ type: 'create' }, async () => undefined));
    const [create] = bench.spans().filter(({ name }) => name === 'action create');
    const reconciles = bench.spans().filter(({ name }) => name.startsWith('reconcile'));
    const index = new Map(reconciles.map((span, at) => [span.spanContext().spanId, at]));
    return create?.links.map((link) => index.get(link.context.spanId));
  }

  test('is linked to the reconcile that requested the consent first', async () => {
    expect(await linksAfter(asking, asking)).toEqual([0]);
  });

  test('has no link without a requested consent, or after a completed one', async () => {
    expect(await linksAfter()).toEqual([]);
    expect(await linksAfter(asking, ready)).toEqual([]);
  });

  test('of a new resource is not linked to what a deleted one asked for', async () => {
    const { observe, spans } = observed(new VirtualClock());
    await observe(subject(), async ({ concluded }) => concluded(connector(), asking));
    await observe(subject({ isDeleted: true }), async () => undefined);
    await observe(subject(), ({ action: step }) => step({ type: 'create' }, async () => undefined));

    expect(spans().find(({ name }) => name === 'action create')?.links).toEqual([]);
  });
});
