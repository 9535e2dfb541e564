import { checkOwnerReferences } from '../admission/owner-references.ts';
import { isJsonObject, type JsonObject, type KubeObject } from '../objects.ts';
import { type Admit, createObject } from '../operations/create.ts';
import { deleteObject } from '../operations/delete.ts';
import { listObjects } from '../operations/list.ts';
import { checkPlace, updateObject } from '../operations/update.ts';
import { applyPatch, checkPatchType, unusablePatch } from '../patches/patch.ts';
import { protobufType } from '../protobuf/objects.ts';
import type { Decoded, ResourceType } from '../resource-type.ts';
import { deleteOptionsSchema } from '../schema.ts';
import { ApiError, badRequest, notFound } from '../status.ts';
import { type Answer, listAnswer, objectAnswer, valueAnswer } from './answer.ts';
import { mediaTypeOf, parseObject, parseProtobuf, parseText, readBody } from './body.ts';
import type { Exchange } from './context.ts';
import { readFieldManager, readPatchManager, tracking } from './field-manager.ts';
import {
  readDeleteOptions,
  readDryRun,
  readFieldValidation,
  readListRequest,
  readPresentation,
} from './options.ts';

/** POST to a collection. */
export async function createHandler(exchange: Exchange, type: ResourceType): Promise<Answer> {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const dryRun = readDryRun(info, 'CreateOptions');
  const manager = readFieldManager(info, 'CreateOptions');
  const body = parseObject(mediaTypeOf(request), await readBody(request), type);
  const { object, warnings } = decode(exchange, type, body, 'CreateOptions');
  if (type.answer !== undefined) {
    const { user, authorizer } = exchange;
    return valueAnswer(
      201,
      type.answer(object, { user, authorizer, namespace: info.namespace }),
      how,
      warnings,
    );
  }
  const created = createObject(context, type, object, {
    namespace: info.namespace,
    dryRun,
    admit: admission(exchange, type),
    track: tracking(exchange, type, manager),
  });
  return objectAnswer(201, type, created, how, [...warnings, ...(type.strategy.warnings?.(created) ?? [])]);
}

/** PUT of an object or of a subresource. */
export async function updateHandler(exchange: Exchange, type: ResourceType): Promise<Answer> {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const dryRun = readDryRun(info, 'UpdateOptions');
  const manager = readFieldManager(info, 'UpdateOptions');
  const body = parseObject(mediaTypeOf(request), await readBody(request), type);
  const { object, warnings } = decode(exchange, type, body, 'UpdateOptions');
  checkPlace(type, object, info);
  const updated = updateObject(
    context,
    type,
    {
      ...target(exchange),
      dryRun,
      uidIsPrecondition: true,
      admit: admission(exchange, type),
      track: tracking(exchange, type, manager),
    },
    () => object,
  );
  return objectAnswer(updated.created ? 201 : 200, type, updated.object, how, [
    ...warnings,
    ...(type.strategy.warnings?.(updated.object) ?? []),
  ]);
}

/** PATCH of an object or of a subresource. */
export async function patchHandler(exchange: Exchange, type: ResourceType): Promise<Answer> {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const mediaType = mediaTypeOf(request);
  checkPatchType(type, mediaType);
  const dryRun = readDryRun(info, 'PatchOptions');
  readFieldValidation(info, 'PatchOptions');
  const { manager } = readPatchManager(info, false);
  const body = (await readBody(request)).toString();
  const warnings: string[] = [];
  const updated = updateObject(
    context,
    type,
    {
      ...target(exchange),
      dryRun,
      uidIsPrecondition: false,
      admit: admission(exchange, type),
      track: tracking(exchange, type, manager),
    },
    (current) => {
      if (current === undefined) {
        throw notFound({ group: type.group, resource: type.plural }, info.name);
      }
      const patched = applyPatch(type, mediaType, body, type.encode(current));
      const decoded = decodePatched(exchange, type, patched);
      warnings.push(...decoded.warnings);
      return decoded.object;
    },
  );
  return objectAnswer(200, type, updated.object, how, [
    ...warnings,
    ...(type.strategy.warnings?.(updated.object) ?? []),
  ]);
}

/** DELETE of one object. */
export async function deleteHandler(exchange: Exchange, type: ResourceType): Promise<Answer> {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const options = readDeleteOptions(info, await readOptionsBody(exchange));
  const deleted = deleteObject(context, type, info.namespace, info.name, options);
  return deleted.removed
    ? valueAnswer(200, removalStatus(type, deleted.object), how)
    : objectAnswer(200, type, deleted.object, how);
}

/** DELETE of a collection. */
export async function deleteCollectionHandler(exchange: Exchange, type: ResourceType): Promise<Answer> {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const options = readDeleteOptions(info, await readOptionsBody(exchange));
  const page = listObjects(context, type, readListRequest(type, info));
  for (const object of page.objects) {
    deleteObject(context, type, object.metadata.namespace ?? '', object.metadata.name ?? '', options);
  }
  return listAnswer(type, page, how);
}

/** Admission of a write for its user. Subresources pass, as in the plugin. */
export function admission({ context, authorizer, user, info }: Exchange, type: ResourceType): Admit {
  const check = { registry: context.registry, authorizer, user, type };
  return (next, current) => {
    if (info.subresource === '') {
      checkOwnerReferences(check, next, current);
    }
  };
}

function target({ info }: Exchange): { namespace: string; name: string; subresource: string } {
  return { namespace: info.namespace, name: info.name, subresource: info.subresource };
}

/** Reads a body into the stored form and deals with the fields that the type does not have. */
function decode(
  exchange: Exchange,
  type: ResourceType,
  body: JsonObject,
  optionsKind: string,
): { readonly object: KubeObject; readonly warnings: readonly string[] } {
  const validation = readFieldValidation(exchange.info, optionsKind);
  const { object, unknownFields }: Decoded = type.decode(body);
  const sentences = unknownFields.map((field) => `unknown field "${field}"`);
  if (validation === 'Strict' && sentences.length > 0) {
    throw badRequest(
      `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${sentences.join(', ')}`,
    );
  }
  return { object, warnings: validation === 'Warn' ? sentences : [] };
}

/** An undecodable result of a patch is an error of the patch: 422 instead of 400. */
export function decodePatched(
  exchange: Exchange,
  type: ResourceType,
  patched: JsonObject,
): ReturnType<typeof decode> {
  try {
    return decode(exchange, type, patched, 'PatchOptions');
  } catch (error) {
    throw error instanceof ApiError && error.code === 400 ? unusablePatch(error.message) : error;
  }
}

async function readOptionsBody({ request }: Exchange): Promise<JsonObject | undefined> {
  const bytes = await readBody(request);
  if (mediaTypeOf(request) === protobufType && bytes.length > 0) {
    return parseProtobuf(deleteOptionsSchema, bytes, badRequest);
  }
  const body = bytes.toString();
  if (body.trim() === '') {
    return undefined;
  }
  const value = parseText(mediaTypeOf(request), body, badRequest);
  return isJsonObject(value) ? value : undefined;
}

function removalStatus(type: ResourceType, removed: KubeObject): JsonObject {
  const { name, uid } = removed.metadata;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, uid },
  };
}
