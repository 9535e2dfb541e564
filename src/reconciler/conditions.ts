import { CONDITION_TYPES, type Condition, type ConditionType } from '../api/condition.ts';
import { mayAppear, type Reason, reason } from '../api/reasons.ts';

/** One condition after a reconcile; time and generation are added when it is merged. */
export interface ConditionDraft {
  readonly type: ConditionType;
  readonly status: Condition['status'];
  readonly reason: Reason;
  readonly message: string;
}

/** A condition that is False, or Unknown where the reason allows no False. */
export function notTrue(type: ConditionType, name: Reason, message: string): ConditionDraft {
  return { type, status: mayAppear(name, type, 'False') ? 'False' : 'Unknown', reason: name, message };
}

/** `Reconciling` or `Stalled`, whichever follows from the reason that Ready is not True for; never both. */
export function severityOf(name: Reason, message: string): ConditionDraft[] {
  switch (reason(name).severity) {
    case 'stalled':
      return [{ type: 'Stalled', status: 'True', reason: name, message }];
    case 'retried':
      return [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message }];
    case 'working':
      return [{ type: 'Reconciling', status: 'True', reason: name, message }];
    case 'person':
    case 'settled':
      return [];
  }
}

/**
 * The conditions after a reconcile, in their fixed order. All of them carry the generation that was acted on; the time of one
 * moves only with its status (Kubernetes API conventions). `Reconciling` and `Stalled` are there only while True.
 */
export function mergeConditions(
  before: readonly Condition[],
  conditions: readonly ConditionDraft[],
  generation: number,
  now: number,
): Condition[] {
  return CONDITION_TYPES.flatMap((type) => {
    const condition = conditions.find((candidate) => candidate.type === type);
    if (condition === undefined) {
      return [];
    }
    const previous = before.find((candidate) => candidate.type === type);
    const lastTransitionTime =
      previous?.status === condition.status ? previous.lastTransitionTime : timestamp(now);
    return [{ ...condition, observedGeneration: generation, lastTransitionTime }];
  });
}

/** RFC 3339 in whole seconds, as `metav1.Time` has it. */
export function timestamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
