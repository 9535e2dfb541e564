import { apiVersionOf, type KubeObject, withMeta } from '../objects.ts';
import type { Registry } from '../registry.ts';
import type { ResourceType } from '../resource-type.ts';
import { type Comparison, compare, ignoring, noDifference } from './compare.ts';
import { type Conflict, conflictError } from './conflict.ts';
import { FieldSet, fieldStep } from './field-set.ts';
import type { Manager, Managers } from './managers.ts';

/** One write with its manager. */
export interface Write {
  readonly registry: Registry;
  readonly type: ResourceType;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly manager: string;
  /** Now, RFC 3339. */
  readonly time: string;
}

/** The object in the version of a type, without fields that have no owner. */
export function bare(type: ResourceType, stored: KubeObject): KubeObject {
  return withMeta(type.encode(stored), { managedFields: undefined });
}

/** An empty object of the type, with which a new one is compared. */
export function blank(type: ResourceType): KubeObject {
  const { kind, group, version } = type;
  return bare(type, { apiVersion: apiVersionOf(group, version), kind, metadata: {} });
}

/** Fields that this (sub)resource never changes. */
export function untouched({ type, subresource }: Write): FieldSet {
  return FieldSet.of((type.strategy.untouched?.(subresource) ?? []).map(fieldStep));
}

/** The fields that a change adds, modifies and removes, in the versions of all managers. */
export class Change {
  readonly #write: Write;
  readonly #before: KubeObject | undefined;
  readonly #after: KubeObject;
  readonly #known = new Map<string, Comparison | undefined>();

  /** Stored forms. `before` is `undefined` for a new object; `own` is the comparison if already computed. */
  constructor(write: Write, before: KubeObject | undefined, after: KubeObject, own?: Comparison) {
    this.#write = write;
    this.#before = before;
    this.#after = after;
    if (own !== undefined) {
      this.#known.set(apiVersionOf(write.type.group, write.type.version), own);
    }
  }

  /** In the version of the request. */
  get own(): Comparison {
    const { group, version } = this.#write.type;
    return this.in(apiVersionOf(group, version)) ?? noDifference;
  }

  /** In another version of the group; `undefined` if it is not served. */
  in(apiVersion: string): Comparison | undefined {
    if (!this.#known.has(apiVersion)) {
      this.#known.set(apiVersion, this.#compareIn(apiVersion));
    }
    return this.#known.get(apiVersion);
  }

  #compareIn(apiVersion: string): Comparison | undefined {
    const { registry, type: own } = this.#write;
    const isMeant = ({ group, version, collection }: ResourceType): boolean =>
      group === own.group && collection === own.collection && apiVersionOf(group, version) === apiVersion;
    const type = isMeant(own) ? own : registry.all().find(isMeant);
    if (type === undefined) {
      return undefined;
    }
    const before = this.#before === undefined ? blank(type) : bare(type, this.#before);
    return ignoring(compare(type.shape, before, bare(type, this.#after)), untouched(this.#write));
  }
}

/**
 * Takes from all managers but `self` what a change touches. Without `force` a change to what others own is a conflict,
 * but for the `free` fields, if there are conflicts over none but them. Fails with ApiError 409.
 */
export function settle(
  managers: Managers,
  self: string,
  change: Change,
  { force, free = FieldSet.empty }: { readonly force: boolean; readonly free?: FieldSet },
): Managers {
  const conflicts: Conflict[] = [];
  const left = new Map<string, Manager>();
  for (const [key, manager] of managers) {
    const comparison = key === self ? undefined : change.in(manager.apiVersion);
    if (key === self) {
      left.set(key, manager);
    } else if (comparison !== undefined) {
      const taken = manager.fields.intersection(comparison.modified.union(comparison.added));
      const disputed = taken.difference(free);
      if (!disputed.isEmpty) {
        conflicts.push({ manager, fields: disputed });
      }
      const fields = manager.fields.difference(taken).difference(comparison.removed);
      if (!fields.isEmpty) {
        left.set(key, { ...manager, fields });
      }
    }
  }
  if (!force && conflicts.length > 0) {
    throw conflictError(conflicts);
  }
  return left;
}
