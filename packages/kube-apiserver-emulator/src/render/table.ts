import type { JsonObject, KubeObject } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';

/** Which part of each object a Table carries beside the cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** How to make a Table. */
export interface TableOptions {
  readonly metaVersion: string;
  readonly include: IncludeObject;
  /** Wall clock, for ages. */
  readonly nowMs: number;
  /** False leaves the column definitions out, as all but the first event of a watch do. */
  readonly columns?: boolean;
}

/** `meta.k8s.io` Table of objects in their served version. */
export function tableOf(
  type: ResourceType,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  options: TableOptions,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.metaVersion}`,
    metadata,
    columnDefinitions: options.columns === false ? null : columnDefinitions(type),
    rows: objects.map((object) => ({
      cells: type.columns.map((column) => column.cell(object, options.nowMs) ?? null),
      object: rowObject(object, options),
    })),
  };
}

/** `PartialObjectMetadata`: an object without anything but its metadata. */
export function partialMetadata(object: KubeObject, metaVersion: string): JsonObject {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: object.metadata,
  };
}

function rowObject(object: KubeObject, options: TableOptions): JsonObject | KubeObject | null {
  switch (options.include) {
    case 'None':
      return null;
    case 'Object':
      return object;
    case 'Metadata':
      return partialMetadata(object, options.metaVersion);
  }
}

function columnDefinitions(type: ResourceType): JsonObject[] {
  return type.columns.map(({ name, type: of, format = '', description = '', priority = 0 }) => ({
    name,
    type: of,
    format,
    description,
    priority,
  }));
}
