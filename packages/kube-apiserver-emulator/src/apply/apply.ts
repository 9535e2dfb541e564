import { apiVersionOf, type JsonObject, type KubeObject, objectOf, withMeta } from '../objects.ts';
import { compare, ignoring, isSame } from './compare.ts';
import { checkConfiguration } from './configuration.ts';
import { FieldSet } from './field-set.ts';
import { fieldsOf, withNamedFields } from './fields-of.ts';
import { takenOver, withLastApplied } from './last-applied.ts';
import { type Managers, managerKey, readManagers, writeManagers } from './managers.ts';
import { mergeApplied } from './merge.ts';
import { bare, blank, Change, settle, untouched, type Write } from './ownership.ts';
import { removeFields } from './remove.ts';
import type { Shape } from './shape.ts';
import { updated } from './update.ts';

/** A server-side apply: the complete configuration of one field manager. */
export interface Application extends Write {
  /** Name in the URL. */
  readonly name: string;
  /** Take over fields of other managers. */
  readonly force: boolean;
  /** From the served form of the request's version to the stored form. Fails with ApiError. */
  readonly decode: (object: JsonObject) => KubeObject;
}

/** Manager of fields that were set before fields were tracked. */
const beforeFirstApply = 'before-first-apply';

/**
 * The object after a server-side apply (stored form), with its `managedFields`: the configuration is merged into it, and
 * fields that the manager applied before and no longer applies are removed unless others own them. Fails with ApiError, 409 on conflicts.
 */
export function applyConfiguration(
  application: Application,
  live: KubeObject | undefined,
  configuration: JsonObject,
): KubeObject {
  const { type, manager, subresource, time, force } = application;
  checkConfiguration(type, configuration, application.name);
  const current = live === undefined ? blank(type) : bare(type, live);
  const ignored = untouched(application);
  const managers = new Map(ownersOf(application, live));
  const apiVersion = apiVersionOf(type.group, type.version);
  const own = { manager, operation: 'Apply', apiVersion, subresource, time } as const;
  const key = managerKey(own);
  const before = managers.get(key);
  const last = before?.fields ?? FieldSet.empty;
  managers.set(key, { ...own, fields: fieldsOf(type.shape, configuration).without(ignored) });

  const merged = mergeApplied(type.shape, current, configuration);
  const pruned = prune(type.shape, merged, managers, last);
  const whole = compare(type.shape, current, pruned);
  const comparison = ignoring(whole, ignored);
  const isUnchanged = live !== undefined && isSame(comparison);
  if (isUnchanged && isSame(whole)) {
    // Only an apply with another value is timed, also where it has no effect.
    const fields = managers.get(key)?.fields ?? FieldSet.empty;
    managers.set(key, { ...own, time: before?.time, fields });
  }
  const next = isUnchanged ? live : application.decode(objectOf(pruned));
  const change = new Change(application, live, next, comparison);
  const free = live === undefined ? FieldSet.empty : takenOver(type.shape, current, manager);
  const left = settle(managers, key, change, { force, free });
  return withMeta(withLastApplied(next, manager, configuration), { managedFields: writeManagers(left) });
}

function ownersOf(write: Write, live: KubeObject | undefined): Managers {
  const known = readManagers(live?.metadata.managedFields);
  if (known !== undefined || live === undefined) {
    return known ?? new Map();
  }
  return updated({ ...write, subresource: '', manager: beforeFirstApply }, new Map(), undefined, live);
}

/** Removes fields that were applied before, are not applied now, and have no other owner. */
function prune(shape: Shape, merged: unknown, managers: Managers, last: FieldSet): unknown {
  if (last.isEmpty) {
    return merged;
  }
  const named = (set: FieldSet): FieldSet => withNamedFields(shape, set);
  const owned = [...managers.values()].reduce((all, { fields }) => all.union(fields), FieldSet.empty);
  const all = named(fieldsOf(shape, merged));
  // First remove all of them, then restore those with an owner, then those that were never applied.
  const without = removeFields(shape, merged, named(last));
  const kept = named(fieldsOf(shape, without)).union(named(owned));
  const rest = removeFields(shape, merged, all.difference(kept));
  const gone = all.difference(named(fieldsOf(shape, rest)));
  return removeFields(shape, merged, gone.intersection(named(last)));
}
