import { openApiV2, openApiV3, openApiV3Index } from '../openapi/documents.ts';
import { encodeOpenApiV2, openApiProtobufAnswerType, openApiProtobufType } from '../openapi/protobuf.ts';
import type { Registry } from '../registry.ts';
import { type Answer, valueAnswer } from './answer.ts';

/** The answer at an OpenAPI path; `undefined` elsewhere. */
export function openApiAnswer(registry: Registry, path: string, accept: string): Answer | undefined {
  if (path === '/openapi/v2') {
    const document = openApiV2(registry);
    return accept.includes(openApiProtobufType)
      ? { code: 200, contentType: openApiProtobufAnswerType, body: encodeOpenApiV2(document) }
      : valueAnswer(200, document);
  }
  if (path === '/openapi/v3') {
    return valueAnswer(200, openApiV3Index(registry));
  }
  const [, root, first = '', second = ''] =
    /^\/openapi\/v3\/(apis?)\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const [group, version] = root === 'api' ? ['', first] : [first, second];
  return registry.hasVersion(group, version)
    ? valueAnswer(200, openApiV3(registry, group, version))
    : undefined;
}
