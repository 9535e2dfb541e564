import { type KubeObject, objectOf } from '../objects.ts';

/** A condition before its transition time is known. */
export interface Verdict {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The object with a condition set; the transition time moves only with the status. */
export function condition(object: KubeObject, time: string, result: Verdict): KubeObject {
  const status = objectOf(object['status']);
  const conditions = (Array.isArray(status['conditions']) ? status['conditions'] : []).map(objectOf);
  const current = conditions.find((one) => one['type'] === result.type);
  const { type, reason, message } = result;
  const since = current?.['status'] === result.status ? current['lastTransitionTime'] : time;
  const next = { type, status: result.status, lastTransitionTime: since, reason, message };
  const changed =
    current === undefined ? [...conditions, next] : conditions.map((one) => (one === current ? next : one));
  return { ...object, status: { ...status, conditions: changed } };
}

/** True when the condition is there and True. */
export function isTrue(object: KubeObject, type: string): boolean {
  const { conditions } = objectOf(object['status']);
  return (Array.isArray(conditions) ? conditions : []).some((one) => {
    const { type: of, status } = objectOf(one);
    return of === type && status === 'True';
  });
}
