import { parse as parseYaml } from 'yaml';
import { isJsonObject, type JsonObject } from '../objects.ts';
import { protobufType, readProtobufObject } from '../protobuf/objects.ts';
import { WireError } from '../protobuf/reader.ts';
import type { ResourceType } from '../resource-type.ts';
import type { FieldSchema } from '../schema.ts';
import { ApiError, badRequest, unsupportedMediaType } from '../status.ts';
import type { HttpRequest } from './wire.ts';

const limitBytes = 3 * 1024 * 1024;
const objectTypes = ['application/json', 'application/yaml'];

/** The whole body. Fails with 413 beyond 3 MiB. */
export async function readBody(request: HttpRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > limitBytes) {
      throw new ApiError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${limitBytes}`,
        {},
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The media type of the body, without parameters; empty when the request names none. */
export function mediaTypeOf(request: HttpRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Parses the body of a create or update. Fails with 415 and 400. */
export function parseObject(mediaType: string, body: Buffer, type: ResourceType): JsonObject {
  const fail = (why: string): ApiError =>
    badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): couldn't get version/kind; json parse error: ${why}`,
    );
  if (mediaType === protobufType && type.schema?.wire !== undefined) {
    return parseProtobuf(type.schema, body, fail);
  }
  if (mediaType !== '' && !objectTypes.includes(mediaType)) {
    throw unsupportedMediaType(
      type.schema?.wire === undefined ? objectTypes : [...objectTypes, protobufType],
    );
  }
  const value = parseText(mediaType, body.toString(), fail);
  if (!isJsonObject(value)) {
    throw fail(`json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value`);
  }
  return value;
}

/** Parses a body in protobuf. Fails with what `fail` makes of the reason. */
export function parseProtobuf(
  schema: FieldSchema,
  body: Buffer,
  fail: (why: string) => ApiError,
): JsonObject {
  try {
    return readProtobufObject(schema, body);
  } catch (error) {
    throw error instanceof WireError ? fail(error.message) : error;
  }
}

/** Parses JSON or YAML by `mediaType`. Errors of parsers quote the body, so they are not passed on. */
export function parseText(mediaType: string, body: string, fail: (why: string) => ApiError): unknown {
  if (body.trim() === '') {
    throw fail('unexpected end of JSON input');
  }
  try {
    return mediaType.includes('yaml') ? parseYaml(body, { version: '1.1' }) : JSON.parse(body);
  } catch (error) {
    throw fail(error instanceof Error ? 'invalid character or structure' : 'unreadable');
  }
}
