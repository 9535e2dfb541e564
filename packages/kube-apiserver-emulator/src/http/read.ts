import { listObjects } from '../operations/list.ts';
import { keyOf, type ResourceType } from '../resource-type.ts';
import { notFound, tooLargeResourceVersion } from '../status.ts';
import { type Answer, listAnswer, objectAnswer } from './answer.ts';
import type { Exchange } from './context.ts';
import { readListRequest, readPresentation, readResourceVersion } from './options.ts';

/** GET of one object, or of its subresource. */
export function getHandler(exchange: Exchange, type: ResourceType): Answer {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const asked = readResourceVersion(info);
  if (asked > context.store.revision) {
    throw tooLargeResourceVersion(asked, context.store.revision);
  }
  const stored = context.store.get(type.collection, keyOf(type, info.namespace, info.name));
  if (stored === undefined) {
    throw notFound({ group: type.group, resource: type.plural }, info.name);
  }
  return objectAnswer(200, type, stored, how);
}

/** GET of a collection. */
export function listHandler(exchange: Exchange, type: ResourceType): Answer {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const page = listObjects(context, type, readListRequest(type, info));
  return listAnswer(type, page, how);
}
