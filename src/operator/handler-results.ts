import { type ResourceEvent, ResourceEventType, ResourceMetaImpl } from '@dot-i/k8s-operator';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { AccountStatus, OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { type HandlerResult, RequeueAfter } from '../kube/reliable-operator.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';
import type { ReconcileContext } from '../reconciler/reconcile-observer.ts';

/** A deletion that waits for a person is looked at again so often, should the change itself not be noticed. */
const BLOCKED_DELETION_MS = 60 * 60_000;

/** Which resource a handler was called for, for logs and traces. */
export function contextOf(
  kind: ReconcileContext['kind'],
  { object, meta, type }: ResourceEvent,
  signal: AbortSignal,
): ReconcileContext {
  return {
    kind,
    namespace: meta.namespace ?? '',
    name: meta.name,
    uid: object.metadata?.uid ?? '',
    isDeleted: type === ResourceEventType.Deleted,
    signal,
  };
}

/** Ready of a status, as one line for the log. */
export function readyText(status: AccountStatus | undefined): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `Ready=${ready?.status} ${ready?.reason}: ${ready?.message}`;
}

/** What `@dot-i/k8s-operator` addresses a resource by. */
export function metaOf(
  plural: string,
  { apiVersion, kind, metadata }: InfusionsoftConnector | OpenConnectorsAccount,
): ResourceMetaImpl {
  return ResourceMetaImpl.createWithPlural(plural, {
    apiVersion,
    kind,
    metadata,
  } as unknown as KubernetesObject);
}

/** What the queue is told about a pass. */
export function toResult(outcome: ReconcileOutcome): HandlerResult | undefined {
  return outcome.kind === 'again' ? { requeueAfterMs: outcome.afterMs } : undefined;
}

/** Leaves the finalizer where it is unless the pass let go of everything: throws `RequeueAfter`. */
export function requireReleased(outcome: ReconcileOutcome): void {
  if (outcome.kind !== 'released') {
    throw new RequeueAfter(outcome.kind === 'again' ? outcome.afterMs : BLOCKED_DELETION_MS);
  }
}
