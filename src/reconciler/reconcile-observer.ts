import type { OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import type { Reason } from '../api/reasons.ts';

/** Which resource a pass is over. */
export interface ReconcileContext {
  readonly kind: (InfusionsoftConnector | OpenConnectorsAccount)['kind'];
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The resource is no more, and this is its last pass. */
  readonly isDeleted: boolean;
  /** Aborts when the pass has to end. */
  readonly signal: AbortSignal;
}

/** How a reconcile ended, as far as both controllers have it in common. */
export interface ReconcileEnd {
  readonly kind: 'ready' | 'blocked' | 'suspended' | 'not-due' | 'cache-not-synced' | 'released';
  readonly reason?: Reason;
  readonly message?: string;
}

/** Told what happens in one pass, for logs and traces. */
export interface ReconcileObserver {
  /** Carries out a step: calls `carryOut` once and passes on how it ends. */
  action<Result>(action: { readonly type: string }, carryOut: () => Promise<Result>): Promise<Result>;
  /** What was decided about the resource; `resource` as the pass last saw it. */
  concluded(resource: InfusionsoftConnector | OpenConnectorsAccount, end: ReconcileEnd): void;
}

/** Runs one pass and passes on how it ends. */
export type ObserveReconcile = <Result>(
  subject: ReconcileContext,
  pass: (observer: ReconcileObserver) => Promise<Result>,
) => Promise<Result>;

/** For passes that nobody looks at. */
export const UNOBSERVED: ReconcileObserver = {
  action: (_step, carryOut) => carryOut(),
  concluded: () => undefined,
};

/** Runs a pass that nobody looks at. */
export const unobservedReconcile: ObserveReconcile = (_subject, pass) => pass(UNOBSERVED);
