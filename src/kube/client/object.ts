/** `types.NamespacedName`: which object of a resource. Cluster-scoped objects have no namespace. */
export interface NamespacedName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Names an object and the version that a write depends on. */
export interface ObjectVersion {
  readonly metadata: NamespacedName & { readonly resourceVersion: string };
}

/** The fields of `metadata` that this code reads; others are kept unchanged. */
export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
  readonly creationTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
  /** Of cached objects: the field manager that set `spec.suspend`. */
  readonly suspendManager?: string;
}

/** `metav1.OwnerReference`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** A Kubernetes object as received: JSON, dates as strings. The reader validates `spec` and other fields. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
}

/** Whether `value` is a JSON object (neither null nor an array). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of an object that is not parsed; `undefined` where the value is no object. */
export function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/**
 * Whether `value` has name, uid and resourceVersion. Without zod, because it runs for tens of thousands of objects at
 * start.
 */
export function isKubeObject(value: unknown): value is KubeObject {
  if (!isRecord(value) || !isRecord(value['metadata'])) {
    return false;
  }
  const { name, uid, resourceVersion } = value['metadata'];
  return typeof name === 'string' && typeof uid === 'string' && typeof resourceVersion === 'string';
}
