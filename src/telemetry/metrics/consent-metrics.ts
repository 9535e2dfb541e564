import { CONSENT_OUTCOMES, type ConsentOutcome } from '../../consent/outcomes.ts';
import type { Metrics } from './metrics.ts';

/** Counts how requests to the consent pages end. All series are there from the start. */
export function countConsents(metrics: Metrics): (outcome: ConsentOutcome) => void {
  for (const outcome of CONSENT_OUTCOMES) {
    metrics.add('openconnectors_consent_outcomes_total', { outcome }, 0);
  }
  return (outcome) => metrics.add('openconnectors_consent_outcomes_total', { outcome });
}
