import type { Condition } from '../api/condition.ts';
import { isReason, type Reason, reason } from '../api/reasons.ts';

/** One event of an object. */
export interface EventDraft {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
}

/** The events of a reconcile: those of its actions, then the changes between two sets of conditions, once for each reason. */
export function eventsOf(
  events: readonly { readonly reason: Reason; readonly message: string }[],
  before: readonly Condition[],
  after: readonly Condition[],
): EventDraft[] {
  const all = [...events, ...changes(before, after), ...recovery(before, after)];
  const once = all.filter(
    (event, index) => all.findIndex((other) => other.reason === event.reason) === index,
  );
  return once.flatMap(({ reason: name, message }) => {
    const { event } = reason(name);
    return event === 'none' ? [] : [{ type: event, reason: name, message }];
  });
}

function changes(before: readonly Condition[], after: readonly Condition[]) {
  return after.flatMap(({ type, status, reason: name, message }) => {
    const previous = before.find((condition) => condition.type === type);
    const isChange = previous?.reason !== name || previous.status !== status;
    return isChange && isReason(name) ? [{ reason: name, message }] : [];
  });
}

/** Only after a failure: that a new resource becomes Ready is no recovery. */
function recovery(before: readonly Condition[], after: readonly Condition[]) {
  const [was, is] = [before, after].map((list) => list.find(({ type }) => type === 'Ready'));
  if (was?.status !== 'False' || is?.status !== 'True' || !isReason(was.reason)) {
    return [];
  }
  const failed = ['retried', 'stalled'].includes(reason(was.reason).severity);
  return failed ? [{ reason: 'Recovered' as const, message: `Recovered from ${was.reason}.` }] : [];
}
