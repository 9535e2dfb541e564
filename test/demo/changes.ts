import { CONDITION_TYPES, type Condition } from '../../src/api/condition.ts';

/** One changed condition. */
export interface Change {
  readonly type: string;
  /** `gone` if a condition that is present only while True was removed. */
  readonly status: Condition['status'] | 'gone';
  readonly reason: string;
  /** Empty if an earlier change of the same update has the same message. */
  readonly message: string;
}

/**
 * The changed conditions of an update, in the order in which the operator writes them, without those that are
 * Unknown from the start.
 */
export function changesBetween(before: readonly Condition[], after: readonly Condition[]): readonly Change[] {
  const said = new Set<string>();
  const types = new Set<string>([...CONDITION_TYPES, ...[...before, ...after].map(({ type }) => type)]);
  return [...types].flatMap((type): readonly Change[] => {
    const was = before.find((condition) => condition.type === type);
    const is = after.find((condition) => condition.type === type);
    if (is === undefined) {
      return was === undefined ? [] : [{ type, status: 'gone', reason: '', message: '' }];
    }
    if (isSame(was, is) || (was === undefined && is.status === 'Unknown')) {
      return [];
    }
    const message = said.has(is.message) ? '' : is.message;
    said.add(is.message);
    return [{ type, status: is.status, reason: is.reason, message }];
  });
}

function isSame(was: Condition | undefined, is: Condition): boolean {
  return was?.status === is.status && was.reason === is.reason && was.message === is.message;
}
