import type { JsonObject } from './objects.ts';

/** One entry of `details.causes`: which field, and what is wrong with it. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** `metav1.Status` as it goes over the wire. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: JsonObject;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: JsonObject;
  readonly code?: number;
}

/** What a resource is called in messages: `widgets.example.com`, or `secrets` in the core group. */
export interface ResourceName {
  readonly group: string;
  /** Plural in most errors, the kind in those about validity. */
  readonly resource: string;
}

/** A failure that is answered with a Status (or, with `text`, with a plain text body). */
export class ApiError extends Error {
  readonly status: Status;
  readonly headers: Readonly<Record<string, string>>;
  /** Body of those few answers that are no Status, such as that of an unknown path. */
  readonly text: string | undefined;

  constructor(
    code: number,
    reason: string | undefined,
    message: string,
    details?: JsonObject,
    extra: {
      readonly headers?: Record<string, string>;
      readonly metadata?: JsonObject;
      readonly text?: string;
    } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.text = extra.text;
    this.headers = extra.headers ?? {};
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: extra.metadata ?? {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }

  get code(): number {
    return this.status.code ?? 500;
  }
}

function qualified(name: ResourceName): string {
  return name.group === '' ? name.resource : `${name.resource}.${name.group}`;
}

function detailsOf(name: ResourceName, object: string, causes?: readonly Cause[]): JsonObject {
  return {
    ...(object === '' ? {} : { name: object }),
    ...(name.group === '' ? {} : { group: name.group }),
    ...(name.resource === '' ? {} : { kind: name.resource }),
    ...(causes === undefined ? {} : { causes }),
  };
}

/** 400 for a request that cannot be understood. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** 401, the same words for every cause. */
export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/** 403 with the admission's or authorizer's explanation. */
export function forbidden(
  name: ResourceName,
  object: string,
  why: string,
  causes?: readonly Cause[],
): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `${qualified(name)} "${object}" is forbidden: ${why}`,
    detailsOf(name, object, causes),
  );
}

/** 404 of an object. */
export function notFound(name: ResourceName, object: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(name)} "${object}" not found`, detailsOf(name, object));
}

/** 404 of a resource type that a known group version does not have. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 404 of a path that belongs to no group version: plain text, no Status. */
export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', '404 page not found', {}, { text: '404 page not found\n' });
}

/** 405 of a verb that the resource does not have. */
export function methodNotAllowed(
  message = 'the server does not allow this method on the requested resource',
  details: JsonObject = {},
): ApiError {
  return new ApiError(405, 'MethodNotAllowed', message, details);
}

/** 406: no media type of the Accept header can be served. */
export function notAcceptable(message?: string): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    message ?? 'only the following media types are accepted: application/json, application/yaml',
  );
}

/** 409 of a create. */
export function alreadyExists(name: ResourceName, object: string, isBeingDeleted = false): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${isBeingDeleted ? 'object is being deleted: ' : ''}${qualified(name)} "${object}" already exists`,
    detailsOf(name, object),
  );
}

/** 409 of a failed precondition. */
export function conflict(name: ResourceName, object: string, why: string): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(name)} "${object}": ${why}`,
    detailsOf(name, object),
  );
}

/** 409 of a write whose resourceVersion is not the current one. */
export function modified(name: ResourceName, object: string): ApiError {
  return conflict(
    name,
    object,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

/** 410 of a resourceVersion that the history no longer reaches back to. */
export function expired(message: string, metadata?: JsonObject): ApiError {
  return new ApiError(410, 'Expired', message, undefined, metadata === undefined ? {} : { metadata });
}

/** 415 that names what would have been accepted. */
export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

/** 422 of an object whose fields are wrong. `name.resource` is the kind here. */
export function invalid(name: ResourceName, object: string, causes: readonly Cause[]): ApiError {
  // An aggregate says the same thing once.
  const sentences = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const list = sentences.length === 1 ? sentences.join('') : `[${sentences.join(', ')}]`;
  return new ApiError(
    422,
    'Invalid',
    `${qualified(name)} "${object}" is invalid: ${list}`,
    detailsOf(name, object, causes),
  );
}

/** 422 of a patch that cannot be applied. */
export function unprocessablePatch(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** 504 of a read at a resourceVersion that has not been reached. */
export function tooLargeResourceVersion(asked: number, current: number): ApiError {
  return new ApiError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    { headers: { 'Retry-After': '1' } },
  );
}

/** 500 in the words of a server that did not expect this. */
export function internalError(message: string): ApiError {
  return new ApiError(500, undefined, message);
}

/** A cause whose message starts as `field.Invalid` writes it. */
export function invalidValue(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${quoted(value)}: ${why}`, field };
}

/** A cause of a missing field. */
export function requiredValue(field: string, why?: string): Cause {
  return {
    reason: 'FieldValueRequired',
    message: why === undefined ? 'Required value' : `Required value: ${why}`,
    field,
  };
}

/** A cause of a field that may not be set or changed. */
export function forbiddenValue(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

/** A cause of a value outside a closed set. */
export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): Cause {
  const list = supported.map((one) => `"${one}"`).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${quoted(value)}: supported values: ${list}`,
    field,
  };
}

/** A cause of too much data, in bytes. */
export function tooLong(field: string, bytes: number): Cause {
  return { reason: 'FieldValueTooLong', message: `Too long: must have at most ${bytes} bytes`, field };
}

function quoted(value: unknown): string {
  return typeof value === 'object'
    ? JSON.stringify(value)
    : typeof value === 'string'
      ? `"${value}"`
      : `${value}`;
}
