import { type Attributes, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { ObservedCall } from '../../kube/client/rest.ts';
import type { CallObservation } from '../../openconnectors/transport/caller.ts';
import type { Clock } from '../../runtime/clock.ts';

/** Creates a span for each finished call. */
export interface CallSpans {
  readonly remote: (call: CallObservation) => void;
  readonly kube: (call: ObservedCall) => void;
}

/**
 * Spans of calls, each a child of the span of its action. They have names of operations, path templates and status
 * codes, and no query, header or body. Calls outside of a reconcile (watches, the Lease) have none.
 */
export function traceCalls(tracer: Tracer, clock: Clock): CallSpans {
  const record = (name: string, durationMs: number, attributes: Attributes, problem?: string): void => {
    if (trace.getActiveSpan()?.isRecording() !== true) {
      return;
    }
    const endTime = clock.now();
    const span = tracer.startSpan(name, {
      kind: SpanKind.CLIENT,
      startTime: endTime - durationMs,
      attributes,
    });
    if (problem !== undefined) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: problem });
    }
    span.end(endTime);
  };
  return {
    remote({ operation, outcome, status, durationMs }) {
      const answer = status === undefined ? {} : { 'http.response.status_code': status };
      const attributes = { 'peer.service': 'open-connectors', operation, outcome, ...answer };
      record(`openconnectors ${operation}`, durationMs, attributes, outcome === 'ok' ? undefined : outcome);
    },
    kube({ method, pathTemplate, code, durationMs }) {
      const status = Number(code);
      const answer = Number.isInteger(status)
        ? { 'http.response.status_code': status }
        : { 'error.type': code };
      const attributes = {
        'peer.service': 'kubernetes',
        'http.request.method': method === 'WATCH' ? 'GET' : method,
        'url.template': pathTemplate,
        ...answer,
      };
      record(`${method} ${pathTemplate}`, durationMs, attributes, status < 400 ? undefined : code);
    },
  };
}
