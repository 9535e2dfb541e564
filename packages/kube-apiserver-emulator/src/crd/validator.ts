import { CelValidator } from './cel-rules.ts';
import { applyDefaults } from './defaults.ts';
import type { FieldError, FieldErrorReason } from './field-error.ts';
import { listTypeErrors } from './list-types.ts';
import { OpenApiValidator } from './openapi.ts';
import { prune } from './prune.ts';
import { schemaOf } from './schema.ts';

export { aggregate, type FieldError, type FieldErrorReason } from './field-error.ts';

/** Pruning, defaulting and validation of the custom resources of one version of a CustomResourceDefinition. */
export interface CrdValidator {
  /** The object as it would be stored: without unknown fields, and without null where null is not allowed. */
  prune(object: unknown): unknown;
  /** The paths of fields that `prune` drops because no schema declares them (for `fieldValidation=Strict`). */
  unknownFields(object: unknown): string[];
  /** The object with the defaults of the schema. */
  applyDefaults(object: unknown): unknown;
  /**
   * Schema, list types and rules; transition rules too when `old` is given. The object is taken as it is: prune and
   * default it first, as the API server does.
   */
  validate(object: unknown, old?: unknown): { readonly errors: readonly FieldError[] };
}

/** Errors after which the API server does not evaluate rules. */
const BLOCKING: readonly FieldErrorReason[] = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
];

const NOT_CHECKED: FieldError = {
  path: '',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  reason: 'FieldValueInvalid',
};

/** `cel: false` behaves like servers before Kubernetes 1.25, which ignore rules. */
export interface CrdValidatorOptions {
  readonly version?: string;
  readonly cel?: boolean;
}

/**
 * Reads the schema of one version (absent: the storage version) of a CustomResourceDefinition.
 * @throws when there is no such version, or a pattern or a rule does not compile.
 */
export function createCrdValidator(crd: unknown, options: CrdValidatorOptions = {}): CrdValidator {
  const schema = schemaOf(crd, options.version);
  const openApi = new OpenApiValidator(schema);
  const compiled = options.cel === false ? undefined : new CelValidator(schema);
  const rules = compiled?.isEmpty === true ? undefined : compiled;
  return {
    prune: (object) => prune(object, schema),
    unknownFields: (object) => {
      const dropped: string[] = [];
      prune(object, schema, dropped);
      return dropped;
    },
    applyDefaults: (object) => applyDefaults(object, schema),
    validate: (object, old) => {
      const errors = [...openApi.errors(object), ...listTypeErrors(object, schema)];
      if (rules === undefined) {
        return { errors };
      }
      const blocked = errors.some(({ reason }) => BLOCKING.includes(reason));
      return { errors: blocked ? [...errors, NOT_CHECKED] : [...errors, ...rules.errors(object, old)] };
    },
  };
}
