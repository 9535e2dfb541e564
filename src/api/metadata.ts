import { z } from 'zod';

const text = z.string();
const textMap = z.record(z.string(), z.string());

/** A `metav1.OwnerReference`. */
export const ownerReferenceSchema = z.object({
  apiVersion: text,
  kind: text,
  name: text,
  uid: text,
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

/** The part of `metav1.ObjectMeta` that the operator reads, for a namespaced object. */
export const objectMetaSchema = z.object({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: z.int(),
  /** RFC 3339. */
  creationTimestamp: text.optional(),
  /** RFC 3339; present after the delete request. */
  deletionTimestamp: text.optional(),
  finalizers: z.array(text).optional(),
  annotations: textMap.optional(),
  labels: textMap.optional(),
  ownerReferences: z.array(ownerReferenceSchema).optional(),
  /** Of cached objects: the field manager that set `spec.suspend`. */
  suspendManager: text.optional(),
});

export type ObjectMeta = z.infer<typeof objectMetaSchema>;
