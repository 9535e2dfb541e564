import { isKubeError } from '../../kube/client/errors.ts';
import { LeaseNotHeldError } from '../../kube/leader/lease-elector.ts';
import { RequeueAfter } from '../../kube/queue/requeue-after.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';

/** How a pass ended: controller-runtime's words, and `defect` for an error that the program does not know. */
export type ReconcileResult = 'success' | 'requeue' | 'requeue_after' | 'error' | 'defect';

/** The result of a pass that returned `value`, which is what a handler returns. */
export function resultOfValue(value: unknown): ReconcileResult {
  return value === undefined ? 'success' : 'requeue_after';
}

/** The result of a pass that threw; `isEnding` when the work had to end anyway. */
export function resultOfError(error: unknown, isEnding: boolean): ReconcileResult {
  if (error instanceof RequeueAfter) {
    return 'requeue_after';
  }
  // After a conflict somebody else was quicker, and the newer state is on its way: nothing is wrong.
  if (isEnding || isKubeError(error, 'conflict') || error instanceof LeaseNotHeldError) {
    return 'requeue';
  }
  return isKubeError(error) || error instanceof RemoteError ? 'error' : 'defect';
}
