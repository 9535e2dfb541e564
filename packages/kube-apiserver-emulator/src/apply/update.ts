import { apiVersionOf, type KubeObject, withMeta } from '../objects.ts';
import { type Managers, managerKey, readManagers, writeManagers } from './managers.ts';
import { bare, Change, settle, type Write } from './ownership.ts';
import { DUPLICATE, shapeProblems } from './typed.ts';

/** The object after an ordinary write (stored form), with its `managedFields`. */
export function trackUpdate(write: Write, before: KubeObject | undefined, after: KubeObject): KubeObject {
  const start = startingPoint(write, before, after);
  const isForgotten = before !== undefined && start.size === 0;
  // Fields without owners are not tracked again until the first apply, and those of a wrong type cannot be compared.
  if (isForgotten || isUntyped(write, after)) {
    return withMeta(after, { managedFields: undefined });
  }
  const managers = updated(write, start, before, after);
  return withMeta(after, { managedFields: writeManagers(managers) });
}

/** Whether the object has a value of a wrong type; an element may be in a list twice. */
function isUntyped({ type }: Write, object: KubeObject): boolean {
  return shapeProblems(type.shape, bare(type, object)).some((problem) => !problem.includes(DUPLICATE));
}

/** The managers after an ordinary write, which owns the fields that it adds or modifies. */
export function updated(
  write: Write,
  managers: Managers,
  before: KubeObject | undefined,
  after: KubeObject,
): Managers {
  const change = new Change(write, before, after);
  const left = new Map(settle(managers, '', change, { force: true }));
  const taken = change.own.added.union(change.own.modified);
  if (!taken.isEmpty) {
    const { manager, subresource, time, type } = write;
    const apiVersion = apiVersionOf(type.group, type.version);
    const own = { manager, operation: 'Update', apiVersion, subresource, time } as const;
    const key = managerKey(own);
    const fields = left.get(key)?.fields.union(taken) ?? taken;
    left.set(key, { ...own, fields });
  }
  return left;
}

/**
 * The managers before the write. A client may rewrite the list in the object, and reset it with one empty
 * entry; an absent or invalid list leaves the managers unchanged.
 */
function startingPoint(write: Write, before: KubeObject | undefined, after: KubeObject): Managers {
  const known = readManagers(before?.metadata.managedFields) ?? new Map();
  if (write.subresource !== '') {
    return known;
  }
  const given = after.metadata.managedFields ?? [];
  const forget = given.length === 1 && Object.keys(given[0] ?? {}).length === 0;
  return forget ? new Map() : (readManagers(given) ?? known);
}
