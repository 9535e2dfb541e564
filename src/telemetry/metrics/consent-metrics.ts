import { CONSENT_OUTCOMES, type ConsentOutcome } from '../../consent/outcomes.ts';
import type { Metrics } from './metrics.ts';

/** Counts the outcomes of requests to the consent pages. All series exist from the start. */
export function countConsents(metrics: Metrics): (outcome: ConsentOutcome) => void {
  for (const outcome of CONSENT_OUTCOMES) {
    metrics.add('openconnectors_consent_outcomes_total', { outcome }, 0);
  }
  return (outcome) => metrics.add('openconnectors_consent_outcomes_total', { outcome });
}
