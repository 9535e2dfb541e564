import { type OperationName, operationNames } from '../../openconnectors/transport/call.ts';
import type { CallObservation, CallOutcome } from '../../openconnectors/transport/caller.ts';
import type { Metrics } from './metrics.ts';

/** How an authorization can end, in `openconnectors_authorizations_total`. */
export const authorizationOutcomes = ['granted', 'refused', 'ambiguous', 'unavailable'] as const;

/** The operations that send a grant: a code, a refresh token or the consent's result. */
const authorizing: ReadonlySet<OperationName> = new Set(['create-instance', 'reauthorize-instance']);

/** Counts the requests to Open Connectors and what became of the authorizations among them. */
export function observeExternalCalls(metrics: Metrics): (observation: CallObservation) => void {
  for (const operation of operationNames) {
    metrics.add('openconnectors_api_requests_total', { operation, code_class: '2xx' }, 0);
    metrics.announce('openconnectors_api_request_duration_seconds', { operation });
  }
  for (const outcome of authorizationOutcomes) {
    metrics.add('openconnectors_authorizations_total', { outcome }, 0);
  }
  return ({ operation, outcome, status, durationMs }) => {
    metrics.add('openconnectors_api_requests_total', { operation, code_class: codeClass(outcome, status) });
    metrics.observe('openconnectors_api_request_duration_seconds', { operation }, durationMs / 1000);
    if (status === 429) {
      metrics.add('openconnectors_throttles_total', {});
    }
    if (authorizing.has(operation)) {
      metrics.add('openconnectors_authorizations_total', { outcome: authorizationOutcome(outcome) });
    }
  };
}

function codeClass(outcome: CallOutcome, status: number | undefined): string {
  if (status !== undefined) {
    return `${Math.floor(status / 100)}xx`;
  }
  return outcome === 'aborted' || outcome === 'fenced' ? outcome : 'none';
}

function authorizationOutcome(outcome: CallOutcome): (typeof authorizationOutcomes)[number] {
  switch (outcome) {
    case 'ok':
      return 'granted';
    case 'ambiguous':
      return 'ambiguous';
    case 'throttled':
    case 'unavailable':
    case 'aborted':
    case 'fenced':
      return 'unavailable';
    default:
      return 'refused';
  }
}
