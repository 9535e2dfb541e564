import { type SpecField, specFields } from '../../support/crd-fields.ts';
import { invalidValues } from './invalid-values.ts';
import type { Base, MutatedKind, Spec } from './kind.ts';
import { valueAt, withValue } from './paths.ts';

/** One change of a field. */
export interface Mutation {
  readonly field: SpecField;
  /** `accepted`: by the API server; the operator may refuse it. */
  readonly kind: 'valid' | 'removed' | 'accepted' | 'refused';
  readonly value: unknown;
  readonly spec: Spec;
}

/** All fields of the spec of a kind, by the schema of its CRD. */
export function fieldsOf({ names }: Pick<MutatedKind, 'names'>): readonly SpecField[] {
  return specFields(names.plural);
}

/** The changes of a field of `spec`. */
export function mutationsOf(
  { values }: Pick<MutatedKind, 'values'>,
  field: SpecField,
  spec: Spec,
): readonly Mutation[] {
  const { path, schema } = field;
  const current = valueAt(spec, path);
  const of =
    (kind: Mutation['kind']) =>
    (value: unknown): Mutation => ({
      field,
      kind,
      value,
      spec: { ...withValue(spec, path, value), ...values.beside(path, value) },
    });
  return [
    ...values.valid(field, current).map(of('valid')),
    of(field.isRequired ? 'refused' : 'removed')(undefined),
    ...values.accepted(field).map(of('accepted')),
    ...invalidValues(schema).map(of('refused')),
    ...values.broken(field).map(of('refused')),
  ];
}

/** The first base that has the field with its spec, which `specs` gives; `undefined` if none has it. */
export function baseOf({ path }: SpecField, specs: ReadonlyMap<Base, Spec>): Base | undefined {
  return [...specs].find(([, spec]) => valueAt(spec, path) !== undefined)?.[0];
}
