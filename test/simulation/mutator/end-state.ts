import { z } from 'zod';
import { isObject } from './paths.ts';

/** What is compared of an object of either kind. */
export const storedObject = z.object({
  metadata: z.looseObject({
    uid: z.string(),
    finalizers: z.array(z.string()).default([]),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z.record(z.string(), z.unknown()).default({}),
});

/** Fields that two ways to the same state may leave different. */
const TIMES = new Set([
  'lastTransitionTime',
  'observedGeneration',
  'resourceVersion',
  'authorizedAt',
  'createdAt',
  'disabledAt',
  'lastHandledReconcileAt',
  // Each way has its own code.
  'grant',
]);

/** A status without times, versions and the fingerprints of what each way has its own of. */
export function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutTimes);
  }
  if (!isObject(value)) {
    return value;
  }
  const isCode = typeof value['secretName'] === 'string' && /^(code|token)/.test(value['secretName']);
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key]) =>
          !TIMES.has(key) &&
          !(isCode && key === 'fingerprint') &&
          !(key === 'fingerprint' && 'name' in value),
      )
      .map(([key, inner]) => [key, withoutTimes(inner)])
      .sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
  );
}

/** Replaces whole words in every text and number of a JSON value, such as ids. */
export function renamed(state: unknown, words: readonly (readonly [string, string])[]): unknown {
  let text = JSON.stringify(state);
  for (const [from, to] of words) {
    text = text.replaceAll(new RegExp(`(?<![0-9A-Za-z])${from}(?![0-9A-Za-z])`, 'g'), to);
  }
  // A word in the place of a number.
  return JSON.parse(text.replaceAll(/:(INSTANCE-\d+)/g, ':"$1"'));
}

/** The paths at which two end states differ, with both values. */
export function differences(expected: unknown, actual: unknown, path = ''): readonly string[] {
  const isComparable =
    (isObject(expected) && isObject(actual)) || (Array.isArray(expected) && Array.isArray(actual));
  if (!isComparable) {
    return JSON.stringify(expected) === JSON.stringify(actual)
      ? []
      : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }
  const left = new Map(Object.entries(expected as object));
  const right = new Map(Object.entries(actual as object));
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    differences(left.get(key), right.get(key), `${path}.${key}`),
  );
}
