import type { WithoutWorker } from '../kube/queue/work-queue.ts';
import type { ReconcileObserver } from '../reconciler/reconcile-observer.ts';

/** Runs external actions without a worker, which reconciles other objects meanwhile. */
export function freeWorkers(
  observer: ReconcileObserver,
  externalActions: ReadonlySet<string>,
  withoutWorker: WithoutWorker,
): ReconcileObserver {
  return {
    ...observer,
    action(action, carryOut) {
      const run = () => observer.action(action, carryOut);
      return externalActions.has(action.type) ? withoutWorker(run) : run();
    },
  };
}
