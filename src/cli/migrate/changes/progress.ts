import { type Condition, conditionOf } from '../../../api/condition.ts';
import type { InfusionsoftConnector } from '../../../api/connector.ts';
import type { Reason } from '../../../api/reasons.ts';
import { HALTS, haltOf } from '../../../authorization/halt.ts';
import { infoOf, isCurrent } from '../../cluster/conditions.ts';

/** Reason of Ready while the authorized new instance waits for its switch. */
export const SWITCH_PENDING = 'SwitchPending' satisfies Reason;

/** What happens to a connector after its change. */
export type Progress =
  | { readonly kind: 'done' }
  /** The operator works on it. */
  | { readonly kind: 'working' }
  /** A user has to act; the condition has the reason. */
  | { readonly kind: 'waiting'; readonly ready: Condition }
  /** The operator does not continue, so waiting has no effect. */
  | { readonly kind: 'halted'; readonly because: string };

/** Why the operator makes no change for a connector, with the action; `undefined` where it makes them. */
export function haltText(connector: InfusionsoftConnector): string | undefined {
  const halt = haltOf(connector);
  return halt && HALTS[halt];
}

/** Progress toward an authorized instance of the current spec, switched or not. */
export function progressToAuthorized(connector: InfusionsoftConnector): Progress {
  return progressTo(connector, (ready) => ready.status === 'True' || ready.reason === SWITCH_PENDING);
}

/** Progress toward a Ready condition that satisfies `isDone`. */
export function progressTo(
  connector: InfusionsoftConnector,
  isDone: (ready: Condition) => boolean,
): Progress {
  const because = haltText(connector);
  if (because !== undefined) {
    return { kind: 'halted', because };
  }
  const ready = isCurrent(connector) ? conditionOf(connector, 'Ready') : undefined;
  if (ready === undefined) {
    return { kind: 'working' };
  }
  if (isDone(ready)) {
    return { kind: 'done' };
  }
  const severity = infoOf(ready)?.info.severity;
  return severity === 'person' || severity === 'stalled' ? { kind: 'waiting', ready } : { kind: 'working' };
}
