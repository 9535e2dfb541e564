import { z } from 'zod';
import type { KubeObject } from '../objects.ts';

const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  jsonPath: z.string(),
  format: z.string().optional(),
  description: z.string().optional(),
  priority: z.number().optional(),
});

const namesSchema = z.object({
  plural: z.string(),
  singular: z.string().optional(),
  kind: z.string(),
  listKind: z.string().optional(),
  shortNames: z.array(z.string()).optional(),
  categories: z.array(z.string()).optional(),
});

const versionSchema = z.object({
  name: z.string(),
  served: z.boolean().default(false),
  storage: z.boolean().default(false),
  deprecated: z.boolean().optional(),
  deprecationWarning: z.string().optional(),
  schema: z.object({ openAPIV3Schema: z.record(z.string(), z.unknown()).optional() }).optional(),
  subresources: z.object({ status: z.unknown().optional(), scale: z.unknown().optional() }).optional(),
  additionalPrinterColumns: z.array(columnSchema).optional(),
  selectableFields: z.array(z.object({ jsonPath: z.string() })).optional(),
});

const definitionSchema = z.object({
  spec: z.object({
    group: z.string(),
    scope: z.string(),
    names: namesSchema,
    versions: z.array(versionSchema),
  }),
});

/** The spec of a CustomResourceDefinition, as far as the server acts on it. */
export type CrdSpec = z.infer<typeof definitionSchema>['spec'];
/** One version of it. */
export type CrdVersion = CrdSpec['versions'][number];
/** One printer column of a version. */
export type CrdColumn = z.infer<typeof columnSchema>;

/** Reads a definition that has been validated before. */
export function readDefinition(crd: KubeObject): CrdSpec {
  return definitionSchema.parse(crd).spec;
}

/** The version that objects are stored in. */
export function storageVersion(spec: CrdSpec): string {
  return spec.versions.find((version) => version.storage)?.name ?? spec.versions[0]?.name ?? '';
}

/** Name of the collection that holds the objects of a definition. */
export function collectionOf(spec: CrdSpec): string {
  return `${spec.names.plural}.${spec.group}`;
}
