import type { Condition } from '../api/condition.ts';
import { isReason, type Reason, reason } from '../api/reasons.ts';

/** One event of an object. */
export interface EventDraft {
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
}

/** A fact that an event can report. */
interface Fact {
  readonly reason: Reason;
  readonly message: string;
}

/**
 * The events of a reconcile: at most one Normal event and one Warning. The Normal event has the reason of the first
 * action that changed something, else of the recovery or of the changed condition, and its message lists all of them. The
 * Warning prefers the reason of Ready, which is what a user can act on.
 */
export function eventsOf(
  actions: readonly Fact[],
  before: readonly Condition[],
  after: readonly Condition[],
): EventDraft[] {
  const changed = changes(before, after);
  const ready = changed.filter(({ type }) => type === 'Ready');
  const normal = [...actions, ...recovery(before, after), ...ready];
  const warnings = [...ready, ...actions, ...changed];
  return [
    ...combined('Normal', normal.some(isOf('Normal')) ? normal : changed),
    ...combined('Warning', warnings),
  ];
}

/** One event of all facts of a type: the reason of the first, the messages of all. */
function combined(type: EventDraft['type'], facts: readonly Fact[]): EventDraft[] {
  const own = facts.filter(isOf(type));
  const [first] = own;
  if (first === undefined) {
    return [];
  }
  const once = own.filter((fact, index) => own.findIndex((other) => other.reason === fact.reason) === index);
  const message = [...new Set(once.map((fact) => fact.message))].join(' ');
  return [{ type, reason: first.reason, message }];
}

function isOf(type: EventDraft['type']): (fact: Fact) => boolean {
  return (fact) => reason(fact.reason).event === type;
}

function changes(
  before: readonly Condition[],
  after: readonly Condition[],
): (Fact & Pick<Condition, 'type'>)[] {
  return after.flatMap(({ type, status, reason: name, message }) => {
    const previous = before.find((condition) => condition.type === type);
    const isChange = previous?.reason !== name || previous.status !== status;
    return isChange && isReason(name) ? [{ type, reason: name, message }] : [];
  });
}

/** Only after a failure: that a new resource becomes Ready is no recovery. */
function recovery(before: readonly Condition[], after: readonly Condition[]): Fact[] {
  const [was, is] = [before, after].map((list) => list.find(({ type }) => type === 'Ready'));
  if (was?.status !== 'False' || is?.status !== 'True' || !isReason(was.reason)) {
    return [];
  }
  const failed = ['retried', 'stalled'].includes(reason(was.reason).severity);
  return failed ? [{ reason: 'Recovered', message: `Recovered from ${was.reason}.` }] : [];
}
