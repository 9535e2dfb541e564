import { type OperationName, operationNames } from '../../openconnectors/transport/call.ts';
import type { CallObservation, CallOutcome } from '../../openconnectors/transport/caller.ts';
import type { Metrics } from './metrics.ts';

/** The outcomes in `openconnectors_authorizations_total`. */
export const authorizationOutcomes = ['granted', 'refused', 'ambiguous', 'unavailable'] as const;

/** The operations that send an authorization code or a refresh token. */
const authorizing: ReadonlySet<OperationName> = new Set(['create-instance', 'reauthorize-instance']);

/** Counts the requests to Open Connectors and the outcomes of authorizations. */
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
