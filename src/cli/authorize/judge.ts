import { echoOf, isSuspended } from '../../api/annotations.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { AUTHORIZATION_REASONS } from '../../api/reasons/authorization.ts';
import { conditionOf, infoOf, isCurrent } from '../cluster/conditions.ts';

/** Whether a connector asks for access now. `stuck`: something else is in the way that only a person can move. */
export type Asking = 'ready' | 'asks' | 'stuck' | 'wait';

/** Judges a connector before the consent. */
export function judgeAsking(connector: InfusionsoftConnector): Asking {
  const ready = isCurrent(connector) ? conditionOf(connector, 'Ready') : undefined;
  if (isEnded(connector)) {
    return 'stuck';
  }
  if (ready === undefined) {
    return 'wait';
  }
  if (ready.status === 'True') {
    return 'ready';
  }
  const severity = infoOf(ready)?.info.severity;
  if (Object.hasOwn(AUTHORIZATION_REASONS, ready.reason) || isAboutTheCode(ready)) {
    return 'asks';
  }
  return severity === 'person' || severity === 'stalled' || conditionOf(connector, 'Stalled') !== undefined
    ? 'stuck'
    : 'wait';
}

/** What is wrong with the stored code is mended by storing another one. */
function isAboutTheCode({ reason, message }: { readonly reason: string; readonly message: string }): boolean {
  return reason === 'SecretInvalid' && message.includes('spec.oauth.authorizationCodeSecretRef');
}

/** How things stand once the code is handed over. */
export type Outcome = 'ready' | 'stuck' | 'wait';

/** What proves that a status was made after the code was handed over. */
export type Proof =
  /** The value of `reconcile-at` that was set after it: status echoes it at the end of a pass. */
  | { readonly kind: 'echo'; readonly value: string }
  /** Without the right to set that: a status that differs from the one before. */
  | { readonly kind: 'change'; readonly before: InfusionsoftConnector['status'] };

/** Judges a connector after the code was handed over. */
export function judgeOutcome(connector: InfusionsoftConnector, proof: Proof): Outcome {
  const ready = isCurrent(connector) ? conditionOf(connector, 'Ready') : undefined;
  if (ready?.status === 'True') {
    return 'ready';
  }
  if (isEnded(connector)) {
    return 'stuck';
  }
  if (ready === undefined || !isProven(connector, proof)) {
    return 'wait';
  }
  if (conditionOf(connector, 'Stalled') !== undefined) {
    return 'stuck';
  }
  const isMoving = conditionOf(connector, 'Reconciling') !== undefined;
  return !isMoving && infoOf(ready)?.info.severity === 'person' ? 'stuck' : 'wait';
}

function isEnded(connector: InfusionsoftConnector): boolean {
  return connector.metadata.deletionTimestamp !== undefined || isSuspended(connector);
}

function isProven({ status }: InfusionsoftConnector, proof: Proof): boolean {
  return proof.kind === 'echo'
    ? status?.lastHandledReconcileAt === echoOf(proof.value)
    : JSON.stringify(status?.conditions) !== JSON.stringify(proof.before?.conditions);
}
