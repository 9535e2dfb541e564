import type { z } from 'zod';
import { isRecord } from '../kube/client/object.ts';

/**
 * `status` with each text and list cut to what `schema` allows. Names, ids and texts of Open Connectors have no bounds,
 * and the API server refuses the whole status for one field that is too long. Texts become well-formed Unicode, because
 * the API server replaces half of a surrogate pair: the stored status would differ from the computed one for ever.
 * Throws where something else than a length is wrong, which is a defect of the operator.
 */
export function boundedStatus<Status>(schema: z.ZodType<Status>, status: Status): Status {
  return within(schema, isWellFormed(status) ? status : (madeWellFormed(status) as Status));
}

/** Cuts until nothing is too long: zod reports what is wrong in a list only after the list itself is short enough. */
function within<Status>(schema: z.ZodType<Status>, status: Status): Status {
  const { success, error } = schema.safeParse(status);
  if (success) {
    return status;
  }
  const wrong = error.issues.find((issue) => !isTooLong(issue));
  if (wrong !== undefined) {
    throw new Error(`the status is invalid at "${wrong.path.join('.')}" (${wrong.code})`);
  }
  const cut = error.issues
    .filter(isTooLong)
    .reduce<unknown>((value, { path, maximum }) => cutAt(value, path, Number(maximum)), status);
  return within(schema, cut as Status);
}

function isTooLong(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueTooBig {
  return issue.code === 'too_big' && (issue.origin === 'string' || issue.origin === 'array');
}

/** Whether every text in `value`, however deep, is well-formed. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') {
    return value.isWellFormed();
  }
  return Object.values(value ?? {}).every(isWellFormed);
}

/** `value` with every text in it, however deep, made well-formed. */
function madeWellFormed(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.toWellFormed();
  }
  if (Array.isArray(value)) {
    return value.map(madeWellFormed);
  }
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, madeWellFormed(item)]))
    : value;
}

/** `value` with the text or list at `path` cut to `length`. */
function cutAt(value: unknown, [key, ...rest]: readonly PropertyKey[], length: number): unknown {
  if (key === undefined) {
    return cut(value, length);
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? cutAt(item, rest, length) : item));
  }
  return isRecord(value) && typeof key === 'string'
    ? { ...value, [key]: cutAt(value[key], rest, length) }
    : value;
}

function cut(value: unknown, length: number): unknown {
  if (typeof value === 'string') {
    // Not in the middle of a surrogate pair.
    return value.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
  }
  return Array.isArray(value) ? value.slice(0, length) : value;
}
