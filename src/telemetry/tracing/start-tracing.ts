import { context, propagation, trace } from '@opentelemetry/api';
import { VERSION } from '../../config/version.ts';

/** Name of the service and of the tracer, unless `OTEL_SERVICE_NAME` is set. */
export const SERVICE_NAME = 'infusionsoft-connector-operator';

/** The tracing of the process. */
export interface Tracing {
  /**
   * Flushes the spans for at most `deadlineMs` and stops. Resolves with `false` after the deadline; the exporter then
   * retries and keeps the process alive.
   */
  stop(deadlineMs: number): Promise<boolean>;
}

/**
 * Loads the OpenTelemetry SDK, registers it globally and sends spans to `endpoint` (OTLP over HTTP, JSON). The
 * environment variables of OpenTelemetry set sampler, headers and resource attributes.
 */
export async function startTracing(endpoint: string, onTrouble: (error: unknown) => void): Promise<Tracing> {
  const sdk = await import('./sdk.ts');
  const own = sdk.resourceFromAttributes({ 'service.name': SERVICE_NAME, 'service.version': VERSION });
  const fromEnvironment = sdk.detectResources({ detectors: [sdk.envDetector] });
  const exporter = new sdk.OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new sdk.NodeTracerProvider({
    resource: sdk.defaultResource().merge(own).merge(fromEnvironment),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter)],
  });
  provider.register();
  return {
    async stop(deadlineMs) {
      const { promise: late, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => resolve(false), deadlineMs);
      const done = provider.shutdown().catch(onTrouble);
      const inTime = await Promise.race([done.then(() => true), late]);
      clearTimeout(timer);
      trace.disable();
      context.disable();
      propagation.disable();
      return inTime;
    },
  };
}
