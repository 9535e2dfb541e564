import { type CrdValidator, createCrdValidator } from '../crd/validator.ts';
import { type JsonObject, stringOf } from '../objects.ts';
import { once } from '../once.ts';

/**
 * The validator of one entry of `spec.versions`. A definition is validated, accepted in its status and served in several
 * steps; its schema stays the same object in all of them, and compiling it is expensive.
 * @throws when a pattern or a rule of the schema does not compile.
 */
export const versionValidator = once(
  (version: JsonObject): CrdValidator =>
    createCrdValidator({ spec: { versions: [version] } }, { version: stringOf(version['name']) }),
);
