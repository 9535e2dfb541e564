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

/** The part of `metav1.ObjectMeta` that the operator looks at, as the API server returns it for a namespaced object. */
export const objectMetaSchema = z.object({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: z.int(),
  /** RFC 3339. */
  creationTimestamp: text.optional(),
  /** RFC 3339; present from the moment of the delete request on. */
  deletionTimestamp: text.optional(),
  finalizers: z.array(text).optional(),
  annotations: textMap.optional(),
  labels: textMap.optional(),
  ownerReferences: z.array(ownerReferenceSchema).optional(),
});

export type ObjectMeta = z.infer<typeof objectMetaSchema>;
