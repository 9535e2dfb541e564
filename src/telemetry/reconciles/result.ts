import { isKubeError } from '../../kube/client/errors.ts';
import { LeaseNotHeldError } from '../../kube/leader/lease-elector.ts';
import { RequeueAfter } from '../../kube/queue/requeue-after.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';

/** The result of a reconcile in the words of controller-runtime, and `defect` for an unexpected error. */
export type ReconcileResult = 'success' | 'requeue' | 'requeue_after' | 'error' | 'defect';

/** The result of a reconcile that returned `value`. */
export function resultOfValue(value: unknown): ReconcileResult {
  return value === undefined ? 'success' : 'requeue_after';
}

/** The result of a reconcile that threw; `isEnding` during shutdown or loss of leadership. */
export function resultOfError(error: unknown, isEnding: boolean): ReconcileResult {
  if (error instanceof RequeueAfter) {
    return 'requeue_after';
  }
  // After a conflict the newer state arrives by the watch, so that it is no error.
  if (isEnding || isKubeError(error, 'conflict') || error instanceof LeaseNotHeldError) {
    return 'requeue';
  }
  return isKubeError(error) || error instanceof RemoteError ? 'error' : 'defect';
}
