import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
});

/** A Kubernetes object of `deploy/`. */
export type Manifest = z.infer<typeof manifestSchema>;

/** The objects of a YAML stream, in their order. */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => manifestSchema.parse(document.toJS()));
}

/** The objects of a kind. */
export function ofKind(manifests: readonly Manifest[], kind: string): readonly Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

/** The only object of a kind, read by `schema`. */
export function only<T>(manifests: readonly Manifest[], kind: string, schema: z.ZodType<T>): T {
  const [first, ...others] = ofKind(manifests, kind);
  if (first === undefined || others.length > 0) {
    throw new Error(`${others.length + (first === undefined ? 0 : 1)} objects of kind ${kind}, expected one`);
  }
  return schema.parse(first);
}
