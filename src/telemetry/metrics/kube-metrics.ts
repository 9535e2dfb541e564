import type { ObservedCall, ObservedRetry } from '../../kube/client/rest.ts';
import type { Metrics } from './metrics.ts';

/** The label of client-go without an HTTP status. */
const NO_RESPONSE = '<error>';

/** Counts the requests to the API server at `host` (with its port) in the metrics of client-go. */
export function observeKubeCalls(
  metrics: Metrics,
  host: string,
): { readonly call: (call: ObservedCall) => void; readonly retry: (retry: ObservedRetry) => void } {
  return {
    call({ method, code, durationMs }) {
      const verb = verbOf(method);
      metrics.add('rest_client_requests_total', { code: codeOf(code), method: verb, host });
      metrics.observe('rest_client_request_duration_seconds', { verb, host }, durationMs / 1000);
    },
    retry({ method, code }) {
      metrics.add('rest_client_request_retries_total', { code: codeOf(code), verb: method, host });
    },
  };
}

/** A watch is a GET on the wire. */
function verbOf(method: ObservedCall['method']): string {
  return method === 'WATCH' ? 'GET' : method;
}

/** The status; `<error>` without a response, whose cause is in the log. */
function codeOf(code: string): string {
  return /^\d{3}$/.test(code) ? code : NO_RESPONSE;
}
