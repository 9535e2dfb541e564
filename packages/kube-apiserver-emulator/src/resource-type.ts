import type { Shape } from './apply/shape.ts';
import type { User } from './http/authentication.ts';
import type { JsonObject, KubeObject } from './objects.ts';
import type { Authorizer } from './rbac/authorizer.ts';
import type { FieldSchema } from './schema.ts';
import type { Cause } from './status.ts';

/** A request body in the stored form. */
export interface Decoded {
  readonly object: KubeObject;
  /** Paths of fields that were dropped because the type does not have them. */
  readonly unknownFields: readonly string[];
}

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`. */
  readonly type: string;
  /** `name` marks the column with the object's name. */
  readonly format?: string;
  readonly description?: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
  /** The cell of an object in its served version; `null` when there is nothing to show. */
  readonly cell: (object: KubeObject, nowMs: number) => unknown;
}

/** The caller of a type that is evaluated instead of stored. */
export interface Question {
  readonly user: User;
  /** Of the path; empty for cluster-scoped types. */
  readonly namespace: string;
  readonly authorizer: Authorizer;
}

/** Hooks of a type beside the common behavior. */
export interface Strategy {
  /** Fields that only the server sets, dropped or defaulted before a create is validated. */
  prepareCreate?(object: KubeObject): KubeObject;
  validateCreate?(object: KubeObject): readonly Cause[];
  /** Restores fields that a write to this (sub)resource may not change, except for metadata. */
  prepareUpdate?(next: KubeObject, current: KubeObject, subresource: string): KubeObject;
  validateUpdate?(next: KubeObject, current: KubeObject, subresource: string): readonly Cause[];
  /** Top-level fields that a write to this (sub)resource does not change or own. */
  untouched?(subresource: string): readonly string[];
  /** Throws an ApiError when this object may not be created now. */
  admitCreate?(object: KubeObject): void;
  /** Throws an ApiError when this object may not be deleted. */
  admitDelete?(object: KubeObject): void;
  /** Replaces the usual marking (deletionTimestamp, grace period, generation) of an object with finalizers. */
  markDeleted?(object: KubeObject, now: string): KubeObject;
  /** Finalizers beyond `metadata.finalizers` that keep a deleted object. */
  heldBack?(object: KubeObject): boolean;
  /** Sentences for Warning headers of a create or update. */
  warnings?(object: KubeObject): readonly string[];
}

/** A resource in one group version. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Names below the object's path, e.g. `status`. */
  readonly subresources: readonly string[];
  /** Where objects are stored; shared by all versions and groups that show the same objects. */
  readonly collection: string;
  /** List items repeat apiVersion and kind (custom resources), or leave them out (built-in types). */
  readonly typedItems: boolean;
  /** What a name has to look like. */
  readonly nameRule: 'subdomain' | 'label' | 'path-segment';
  /** Finalizers need a domain, as built-in types ask for. */
  readonly qualifiedFinalizers: boolean;
  /** `metadata.generation` is kept. */
  readonly generation: boolean;
  /** A PUT to a free name creates. */
  readonly createOnUpdate: boolean;
  /** A PUT without resourceVersion overwrites. */
  readonly unconditionalUpdate: boolean;
  /** How server-side apply merges and owns its fields. */
  readonly shape: Shape;
  /** Shape of the type; its presence is what makes strategic merge patches possible. */
  readonly schema?: FieldSchema;
  /** JSON schema for the published OpenAPI, of types without `schema`. */
  readonly openApiSchema?: JsonObject;
  /** Columns after the name. */
  readonly columns: readonly Column[];
  readonly strategy: Strategy;
  /** Types that are never stored: a create is answered with this. Fails with ApiError. */
  readonly answer?: (object: KubeObject, question: Question) => KubeObject;
  /** From a request body to the stored form. Fails with ApiError. */
  decode(body: JsonObject): Decoded;
  /** From the stored form to this version. The same object always gives the same result. */
  encode(stored: KubeObject): KubeObject;
  /** The form of a stored object inside of a list. */
  item(stored: KubeObject): object;
  /** `encode` as JSON text. Computed once for each state of an object, as every watch sends it. */
  json(stored: KubeObject): string;
  /** `item` as JSON text. */
  itemJson(stored: KubeObject): string;
  /** The stored field behind a field label, `undefined` when it cannot be selected by. */
  fieldLabel(label: string): string | undefined;
  /** Values of all selectable fields of a stored object. */
  fields(stored: KubeObject): Readonly<Record<string, string>>;
}

/** Key of an object in its collection. */
export function keyOf(type: { readonly namespaced: boolean }, namespace: string, name: string): string {
  return type.namespaced ? `${namespace}/${name}` : name;
}
