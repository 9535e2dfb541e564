import type { AccountAction } from '../account/action.ts';
import type { Act } from '../connector/action.ts';
import type { WithoutWorker } from '../kube/queue/work-queue.ts';
import type { ReconcileObserver } from '../reconciler/reconcile-observer.ts';

/** Every step that does something, of both controllers. */
type ActionName = Act['type'] | Exclude<AccountAction['type'], 'finish'>;

/** Whether a step waits for the account's turn and for Open Connectors. */
const IS_EXTERNAL: Readonly<Record<ActionName, boolean>> = {
  'read-secret': false,
  'write-record': false,
  'record-removal': false,
  'record-disabling': false,
  'write-tombstone': false,
  'add-finalizer': false,
  'write-one-time-code': false,
  'remove-secret': false,
  'write-connection-secret': false,
  'delete-connection-secret': false,
  'release-connection-secret': false,
  search: true,
  'read-instance': true,
  create: true,
  reauthorize: true,
  patch: true,
  enable: true,
  ping: true,
  'verify-account': true,
  'open-fallback-credentials': true,
  'release-tags': true,
  'delete-instance': true,
  'list-users': false,
  verify: true,
  list: true,
};

const EXTERNAL: ReadonlySet<string> = new Set(
  Object.entries(IS_EXTERNAL).flatMap(([name, isExternal]) => (isExternal ? [name] : [])),
);

/** Lets other resources have the worker while a step waits for Open Connectors. */
export function freeWorkers(observer: ReconcileObserver, withoutWorker: WithoutWorker): ReconcileObserver {
  return {
    ...observer,
    action(action, carryOut) {
      const run = () => observer.action(action, carryOut);
      return EXTERNAL.has(action.type) ? withoutWorker(run) : run();
    },
  };
}
