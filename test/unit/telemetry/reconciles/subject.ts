import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { z } from 'zod';
import type { ReconcileContext } from '../../../../src/reconciler/reconcile-observer.ts';
import type { Clock } from '../../../../src/runtime/clock.ts';
import { createScrubber } from '../../../../src/secrets/redaction.ts';
import { createLogger } from '../../../../src/telemetry/log.ts';
import { createMetrics } from '../../../../src/telemetry/metrics/metrics.ts';
import { countReconciles } from '../../../../src/telemetry/metrics/reconcile-metrics.ts';
import { observeReconciles } from '../../../../src/telemetry/reconciles/observe-reconciles.ts';
import { traceCalls } from '../../../../src/telemetry/tracing/call-spans.ts';
import { createReconcileSpans } from '../../../../src/telemetry/tracing/reconcile-spans.ts';
import { readExposition } from '../../../support/exposition.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

const line = z.record(z.string(), z.unknown());

/** Reconciles that are observed with everything there is, and what came of it. */
export function observed(clock: Clock) {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  const scrubber = createScrubber();
  const metrics = createMetrics();
  const lines: string[] = [];
  const logger = createLogger({
    level: 'debug',
    format: 'json',
    clock,
    scrubber,
    destination: { write: (text) => void lines.push(text) },
  });
  return {
    provider,
    scrubber,
    calls: traceCalls(tracer, clock),
    observe: observeReconciles({
      logger,
      clock,
      random: seededRandom(7),
      metrics: countReconciles(metrics),
      spans: createReconcileSpans(tracer, (text) => scrubber.scrub(text)),
    }),
    log: () => lines.map((text) => line.parse(JSON.parse(text))),
    spans: () => exporter.getFinishedSpans(),
    scrape: async () => readExposition(await metrics.expose()),
  };
}

/** The subject of a reconcile over the connector `team/crm`. */
export function subject(change: Partial<ReconcileContext> = {}): ReconcileContext {
  return {
    kind: 'InfusionsoftConnector',
    namespace: 'team',
    name: 'crm',
    uid: 'uid-1',
    isDeleted: false,
    signal: new AbortController().signal,
    ...change,
  };
}
