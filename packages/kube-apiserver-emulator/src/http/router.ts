import type { ResourceType } from '../resource-type.ts';
import { methodNotAllowed, noSuchPath, noSuchResource, notFound } from '../status.ts';
import { subresourceOf } from '../subresources.ts';
import { type Answer, textAnswer, valueAnswer } from './answer.ts';
import { applyHandler, applyPatchType } from './apply.ts';
import { mediaTypeOf } from './body.ts';
import type { Exchange } from './context.ts';
import { discoveryDocument } from './discovery.ts';
import { indexPaths } from './index-paths.ts';
import { openApiAnswer } from './openapi.ts';
import { getHandler, listHandler } from './read.ts';
import { tokenHandler } from './token.ts';
import { versionDocument } from './version.ts';
import { watchHandler } from './watch.ts';
import {
  createHandler,
  deleteCollectionHandler,
  deleteHandler,
  patchHandler,
  updateHandler,
} from './write.ts';

/** Answers a request; `undefined` when the handler writes to the response itself. Fails with ApiError. */
export async function route(exchange: Exchange): Promise<Answer | undefined> {
  const { info } = exchange;
  if (!info.isResource) {
    return routeOther(exchange);
  }
  const type = findType(exchange);
  switch (info.verb) {
    case 'get':
      return getHandler(exchange, type);
    case 'list':
      return listHandler(exchange, type);
    case 'watch':
      watchHandler(exchange, type);
      return undefined;
    case 'create':
      return info.subresource === 'token' ? tokenHandler(exchange, type) : createHandler(exchange, type);
    case 'update':
      return updateHandler(exchange, type);
    case 'patch':
      return mediaTypeOf(exchange.request) === applyPatchType
        ? applyHandler(exchange, type)
        : patchHandler(exchange, type);
    case 'delete':
      return deleteHandler(exchange, type);
    default:
      return deleteCollectionHandler(exchange, type);
  }
}

/** The type of a path. Fails if the type does not support the verb. */
function findType({ context, info }: Exchange): ResourceType {
  const type = context.registry.find(info.group, info.version, info.resource);
  if (type === undefined) {
    const builtin = context.registry.in(info.group, info.version).some((other) => other.schema !== undefined);
    throw builtin ? noSuchResource() : noSuchPath();
  }
  const needsNamespace = type.namespaced && info.namespace === '';
  if ((needsNamespace && info.name !== '') || (!type.namespaced && isMisplaced(info.namespace, type))) {
    throw noSuchResource();
  }
  if (info.subresource !== '' && !type.subresources.includes(info.subresource)) {
    throw type.schema === undefined
      ? notFound({ group: type.group, resource: type.plural }, info.name)
      : noSuchResource();
  }
  if (!isAllowed(type, info.verb, info.subresource, info.name, needsNamespace)) {
    throw methodNotAllowed();
  }
  return type;
}

function isMisplaced(namespace: string, type: ResourceType): boolean {
  return namespace !== '' && type.plural !== 'namespaces';
}

function isAllowed(
  type: ResourceType,
  verb: string,
  subresource: string,
  name: string,
  needsNamespace: boolean,
): boolean {
  if (subresource !== '') {
    return subresourceOf(type, subresource).verbs.includes(verb);
  }
  if (['update', 'patch'].includes(verb) && name === '') {
    return false;
  }
  if (verb === 'create' && (name !== '' || needsNamespace)) {
    return false;
  }
  return type.verbs.includes(verb);
}

function routeOther({ context, info, request }: Exchange): Answer {
  if (info.method !== 'GET' && info.method !== 'HEAD') {
    throw methodNotAllowed();
  }
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(info.path)) {
    return textAnswer(200, 'ok');
  }
  if (info.path === '/version') {
    return valueAnswer(200, versionDocument);
  }
  const openApi = openApiAnswer(context.registry, info.path, request.headers.accept ?? '');
  if (openApi !== undefined) {
    return openApi;
  }
  const document = discoveryDocument(context.registry, info.path, request.headers.host ?? '');
  if (document !== undefined) {
    return valueAnswer(200, document);
  }
  if (info.path.startsWith('/api')) {
    throw noSuchPath();
  }
  return valueAnswer(info.path === '/' ? 200 : 404, { paths: indexPaths(context.registry) });
}
