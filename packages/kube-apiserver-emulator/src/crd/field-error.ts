/** The kinds of field errors, by their names in `Status.details.causes[].reason`. */
export type FieldErrorReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotSupported'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/** An error of one field: `path: message`. */
export interface FieldError {
  /** Such as `spec.instance.tags[0]`; empty for the object itself. */
  readonly path: string;
  /** Such as `Required value` or `Invalid value: "x": must be y`. */
  readonly message: string;
  readonly reason: FieldErrorReason;
}

export function required(path: string, detail = ''): FieldError {
  return { path, message: withDetail('Required value', detail), reason: 'FieldValueRequired' };
}

export function invalid(path: string, value: unknown, detail: string): FieldError {
  return {
    path,
    message: withDetail(`Invalid value: ${show(value)}`, detail),
    reason: 'FieldValueInvalid',
  };
}

export function typeInvalid(path: string, value: unknown, detail: string): FieldError {
  return { ...invalid(path, value, detail), reason: 'FieldValueTypeInvalid' };
}

export function duplicate(path: string, value: unknown): FieldError {
  return { path, message: `Duplicate value: ${show(value)}`, reason: 'FieldValueDuplicate' };
}

export function forbidden(path: string, detail: string): FieldError {
  return { path, message: withDetail('Forbidden', detail), reason: 'FieldValueForbidden' };
}

export function notSupported(path: string, value: unknown, supported: readonly unknown[]): FieldError {
  const names = supported.map((it) => JSON.stringify(it)).join(', ');
  return {
    path,
    message: `Unsupported value: ${show(value)}: supported values: ${names}`,
    reason: 'FieldValueNotSupported',
  };
}

export function tooLong(path: string, max: number): FieldError {
  return {
    path,
    message: `Too long: may not be more than ${max} bytes`,
    reason: 'FieldValueTooLong',
  };
}

export function tooMany(path: string, actual: number, max: number): FieldError {
  return {
    path,
    message: `Too many: ${actual}: must have at most ${max} items`,
    reason: 'FieldValueTooMany',
  };
}

/** All errors as the API server puts them after `is invalid: `. */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [
    ...new Set(errors.map(({ path, message }) => `${path === '' ? '<nil>' : path}: ${message}`)),
  ];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`;
}

function show(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}
