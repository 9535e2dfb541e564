import type { OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import type { Reason } from '../api/reasons.ts';

/** The resource of a reconcile. */
export interface ReconcileContext {
  readonly kind: (InfusionsoftConnector | OpenConnectorsAccount)['kind'];
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The resource was deleted, and this is its last reconcile. */
  readonly isDeleted: boolean;
  /** Aborts when the reconcile has to end. */
  readonly signal: AbortSignal;
}

/** How a reconcile ended, as far as both controllers have it in common. */
export interface ReconcileEnd {
  readonly kind: 'ready' | 'blocked' | 'observed' | 'suspended' | 'not-due' | 'cache-not-synced' | 'released';
  readonly reason?: Reason;
  readonly message?: string;
}

/** Observes one reconcile, for logs and traces. */
export interface ReconcileObserver {
  /** Carries out an action: calls `carryOut` once and returns or throws what it does. */
  action<Result>(action: { readonly type: string }, carryOut: () => Promise<Result>): Promise<Result>;
  /** Called with the result; `resource` as the reconcile last observed it. */
  concluded(resource: InfusionsoftConnector | OpenConnectorsAccount, end: ReconcileEnd): void;
}

/** Runs one reconcile and returns or throws what it does. */
export type ObserveReconcile = <Result>(
  context: ReconcileContext,
  reconcile: (observer: ReconcileObserver) => Promise<Result>,
) => Promise<Result>;

/** Observes nothing. */
export const UNOBSERVED: ReconcileObserver = {
  action: (_action, carryOut) => carryOut(),
  concluded: () => undefined,
};

/** Runs a reconcile without an observer. */
export const unobservedReconcile: ObserveReconcile = (_context, reconcile) => reconcile(UNOBSERVED);
