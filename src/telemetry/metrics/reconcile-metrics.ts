import { controllerNames } from '../controller-names.ts';
import type { ReconcileResult } from '../reconciles/result.ts';
import type { Metrics } from './metrics.ts';

const results = ['success', 'error', 'requeue', 'requeue_after'] as const;

/** Counts the reconciles of the controllers. */
export interface ReconcileMetrics {
  ended(controller: string, result: ReconcileResult, tookMs: number): void;
  /** The resource became Stalled. */
  stalled(controller: string): void;
}

/** All series exist from the start, so that the first error of a controller is an increase. */
export function countReconciles(metrics: Metrics): ReconcileMetrics {
  for (const controller of controllerNames) {
    for (const result of results) {
      metrics.add('controller_runtime_reconcile_total', { controller, result }, 0);
    }
    metrics.add('controller_runtime_reconcile_errors_total', { controller }, 0);
    metrics.add('controller_runtime_terminal_reconcile_errors_total', { controller }, 0);
    metrics.add('controller_runtime_reconcile_panics_total', { controller }, 0);
    metrics.add('controller_runtime_reconcile_timeouts_total', { controller }, 0);
    metrics.announce('controller_runtime_reconcile_time_seconds', { controller });
  }
  return {
    ended(controller, result, tookMs) {
      metrics.observe('controller_runtime_reconcile_time_seconds', { controller }, tookMs / 1000);
      metrics.add('controller_runtime_reconcile_total', { controller, result: labelOf(result) });
      if (labelOf(result) === 'error') {
        metrics.add('controller_runtime_reconcile_errors_total', { controller });
      }
      if (result === 'defect') {
        metrics.add('controller_runtime_reconcile_panics_total', { controller });
      }
    },
    stalled: (controller) =>
      metrics.add('controller_runtime_terminal_reconcile_errors_total', { controller }),
  };
}

function labelOf(result: ReconcileResult): (typeof results)[number] {
  return result === 'defect' ? 'error' : result;
}
