import { CONNECTOR_NAMES } from '../../../src/api/group.ts';
import { type SpecField, specFields } from '../../support/crd-fields.ts';
import { BASES, type Base, type Spec } from './bases.ts';
import { invalidValues } from './invalid-values.ts';
import { valueAt, withValue } from './paths.ts';
import { acceptedValues, beside, ruleBreakers, validValues } from './values.ts';

/** One change of a field. */
export interface Mutation {
  readonly field: SpecField;
  /** `accepted`: by the API server; the operator may refuse it. */
  readonly kind: 'valid' | 'removed' | 'accepted' | 'refused';
  readonly value: unknown;
  readonly spec: Spec;
}

/** All fields of the spec of a connector, by the schema of its CRD. */
export const FIELDS: readonly SpecField[] = specFields(CONNECTOR_NAMES.plural);

/** The changes of a field of `spec`. */
export function mutationsOf(field: SpecField, spec: Spec): readonly Mutation[] {
  const { path, schema } = field;
  const current = valueAt(spec, path);
  const of =
    (kind: Mutation['kind']) =>
    (value: unknown): Mutation => ({
      field,
      kind,
      value,
      spec: { ...withValue(spec, path, value), ...beside(path, value) },
    });
  return [
    ...validValues(field, current).map(of('valid')),
    of(field.isRequired ? 'refused' : 'removed')(undefined),
    ...acceptedValues(field).map(of('accepted')),
    ...invalidValues(schema).map(of('refused')),
    ...ruleBreakers(field).map(of('refused')),
  ];
}

/** The first base that has the field with its spec, which `specOf` gives; `undefined` if none has it. */
export function baseOf({ path }: SpecField, specs: ReadonlyMap<Base, Spec>): Base | undefined {
  return BASES.find((base) => valueAt(specs.get(base) ?? {}, path) !== undefined);
}
