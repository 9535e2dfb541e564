import { apiVersionOf, type KubeObject, withMeta } from '../objects.ts';
import { type Managers, managerKey, readManagers, writeManagers } from './managers.ts';
import { Change, settle, type Write } from './ownership.ts';

/** The object after an ordinary write (stored form), with its `managedFields`. */
export function trackUpdate(write: Write, before: KubeObject | undefined, after: KubeObject): KubeObject {
  const managers = updated(write, startingPoint(write, before, after), before, after);
  return withMeta(after, { managedFields: writeManagers(managers) });
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
