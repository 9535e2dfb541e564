import jsonPatch from 'fast-json-patch';
import { isJsonObject, type JsonObject, type KubeObject } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { type ApiError, badRequest, invalid, unprocessablePatch, unsupportedMediaType } from '../status.ts';
import { applyMergePatch } from './merge.ts';
import { applyStrategicPatch, StrategicPatchError } from './strategic.ts';

const jsonPatchType = 'application/json-patch+json';
const mergePatchType = 'application/merge-patch+json';
const strategicPatchType = 'application/strategic-merge-patch+json';

/** Fails with 415 if the type does not support patches of the media type. */
export function checkPatchType(type: ResourceType, mediaType: string): void {
  const accepted = [
    jsonPatchType,
    mergePatchType,
    ...(type.schema === undefined ? [] : [strategicPatchType]),
  ];
  if (!accepted.includes(mediaType)) {
    throw unsupportedMediaType([...accepted, 'application/apply-patch+yaml']);
  }
}

/** The object after a patch of a media type that its type supports. Fails with 400 and 422. */
export function applyPatch(
  type: ResourceType,
  mediaType: string,
  body: string,
  current: KubeObject,
): JsonObject {
  const patch = parse(body);
  // What comes in is shared. A merge changes nothing in it, the other two do.
  if (mediaType === jsonPatchType) {
    return applyJsonPatch(structuredClone(current), patch);
  }
  if (!isJsonObject(patch)) {
    throw unusablePatch('cannot unmarshal the patch into an object');
  }
  if (mediaType === mergePatchType) {
    return asObject(applyMergePatch(current, patch));
  }
  try {
    return asObject(applyStrategicPatch(type.schema, structuredClone(current), patch));
  } catch (error) {
    throw error instanceof StrategicPatchError ? unusablePatch(error.message) : error;
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badRequest(
      error instanceof SyntaxError ? 'the patch is not valid JSON' : 'the patch is unreadable',
    );
  }
}

function applyJsonPatch(document: unknown, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) {
    throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  }
  try {
    const result = (patch as jsonPatch.Operation[]).reduce(
      (current, operation) =>
        jsonPatch.applyOperation(current, asServer(current, operation), true).newDocument,
      document,
    );
    return asObject(result);
  } catch (error) {
    if (error instanceof jsonPatch.JsonPatchError) {
      throw unprocessablePatch();
    }
    throw error;
  }
}

/** In the library of servers an absent field is null: it can be replaced and copied, against RFC 6902. */
function asServer(document: unknown, operation: jsonPatch.Operation): jsonPatch.Operation {
  if (operation.op === 'replace' && isAbsentField(document, operation.path)) {
    return { op: 'add', path: operation.path, value: operation.value };
  }
  return operation.op === 'copy' && isAbsentField(document, operation.from)
    ? { op: 'add', path: operation.path, value: null }
    : operation;
}

/** Whether the pointer names a field that an existing object does not have. */
function isAbsentField(document: unknown, pointer: string): boolean {
  const steps = pointer.split('/').slice(1).map(jsonPatch.unescapePathComponent);
  const key = steps.pop();
  let parent = document;
  for (const step of steps) {
    parent = typeof parent === 'object' && parent !== null ? Reflect.get(parent, step) : undefined;
  }
  return key !== undefined && isJsonObject(parent) && !Object.hasOwn(parent, key);
}

function asObject(value: unknown): JsonObject {
  if (!isJsonObject(value)) {
    throw unusablePatch('the patched value is no object');
  }
  return value;
}

/** 422 of a patch that makes something of an object that its type cannot be. */
export function unusablePatch(why: string): ApiError {
  return invalid({ group: '', resource: '' }, '', [
    { reason: 'FieldValueInvalid', message: `Invalid value: ${why}`, field: 'patch' },
  ]);
}
