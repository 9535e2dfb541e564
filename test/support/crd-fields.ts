import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Schema, schemaOf } from 'kube-apiserver-emulator/crd/schema.ts';
import { parse } from 'yaml';
import { GROUP } from '../../src/api/group.ts';

/** One field of `spec` in a CRD. */
export interface SpecField {
  /** `spec.oauth.scope`. */
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
  /** Whether it has no fields of its own; maps and lists count as one field. */
  readonly isLeaf: boolean;
}

/** `spec` of the CRD in `crds/` with this plural. */
export function specSchema(plural: string): Schema {
  const file = join(import.meta.dirname, `../../crds/${GROUP}_${plural}.yaml`);
  const spec = schemaOf(parse(readFileSync(file, 'utf8'))).properties?.['spec'];
  if (spec === undefined) {
    throw new Error(`the CRD of ${plural} has no spec`);
  }
  return spec;
}

/** All fields of `spec`, each object before its fields. */
export function specFields(plural: string): readonly SpecField[] {
  return fieldsBelow(specSchema(plural), 'spec');
}

function fieldsBelow(schema: Schema, path: string): SpecField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    {
      path: `${path}.${name}`,
      schema: field,
      isRequired: schema.required?.includes(name) === true,
      isLeaf: field.properties === undefined,
    },
    ...fieldsBelow(field, `${path}.${name}`),
  ]);
}
