import type { OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import type { Reason } from '../api/reasons.ts';

/** Which resource a pass is over. */
export interface PassSubject {
  readonly kind: (InfusionsoftConnector | OpenConnectorsAccount)['kind'];
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The resource is no more, and this is its last pass. */
  readonly isGone: boolean;
  /** Aborts when the pass has to end. */
  readonly signal: AbortSignal;
}

/** How a reconcile ended, as far as both controllers have it in common. */
export interface ReconcileEnd {
  readonly kind: 'ready' | 'blocked' | 'suspended' | 'not-due' | 'uninformed' | 'released';
  readonly reason?: Reason;
  readonly message?: string;
}

/** Told what happens in one pass, for logs and traces. */
export interface PassObserver {
  /** Carries out a step: calls `carryOut` once and passes on how it ends. */
  step<Result>(step: { readonly do: string }, carryOut: () => Promise<Result>): Promise<Result>;
  /** What was decided about the resource; `resource` as the pass last saw it. */
  concluded(resource: InfusionsoftConnector | OpenConnectorsAccount, end: ReconcileEnd): void;
}

/** Runs one pass and passes on how it ends. */
export type ObservePass = <Result>(
  subject: PassSubject,
  pass: (observer: PassObserver) => Promise<Result>,
) => Promise<Result>;

/** For passes that nobody looks at. */
export const UNOBSERVED: PassObserver = {
  step: (_step, carryOut) => carryOut(),
  concluded: () => undefined,
};

/** Runs a pass that nobody looks at. */
export const unobservedPass: ObservePass = (_subject, pass) => pass(UNOBSERVED);
