import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { isJsonObject, type JsonObject } from '../objects.ts';
import { ApiError, badRequest, unsupportedMediaType } from '../status.ts';

const limitBytes = 3 * 1024 * 1024;
const objectTypes = ['application/json', 'application/yaml'];

/** The whole body as text. Fails with 413 beyond 3 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
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
  return Buffer.concat(chunks).toString();
}

/** The media type of the body, without parameters; empty when the request names none. */
export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Parses the body of a create or update. Fails with 415 and 400. */
export function parseObject(mediaType: string, body: string, kind: string): JsonObject {
  if (mediaType !== '' && !objectTypes.includes(mediaType)) {
    throw unsupportedMediaType(objectTypes);
  }
  const value = parseText(mediaType, body, (why) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why}`,
    ),
  );
  if (!isJsonObject(value)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value`,
    );
  }
  return value;
}

/** Parses JSON, or YAML where `mediaType` says so. Parsers quote what they read, so their words are not passed on. */
export function parseText(mediaType: string, body: string, fail: (why: string) => ApiError): unknown {
  if (body.trim() === '') {
    throw fail('unexpected end of JSON input');
  }
  try {
    return mediaType.includes('yaml') ? parseYaml(body) : JSON.parse(body);
  } catch (error) {
    throw fail(error instanceof Error ? 'invalid character or structure' : 'unreadable');
  }
}
