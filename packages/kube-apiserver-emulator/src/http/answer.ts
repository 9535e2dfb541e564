import { stringify as stringifyYaml } from 'yaml';
import type { KubeObject } from '../objects.ts';
import type { Page } from '../operations/list.ts';
import { listJson, objectJson, type Presentation, presentList, presentObject } from '../render/present.ts';
import type { ResourceType } from '../resource-type.ts';
import { ApiError } from '../status.ts';
import type { Representation } from './negotiation.ts';
import type { HttpResponse } from './wire.ts';

/** A finished answer. */
export interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Texts for Warning headers. */
  readonly warnings?: readonly string[];
}

/** An answer with a value as JSON or YAML. Clients read YAML 1.1, where a bare `y` is true and has to be quoted. */
export function valueAnswer(
  code: number,
  value: unknown,
  representation: Pick<Representation, 'format'> = { format: 'json' },
  warnings: readonly string[] = [],
): Answer {
  return representation.format === 'yaml'
    ? { code, contentType: 'application/yaml', body: stringifyYaml(value, { version: '1.1' }), warnings }
    : { code, contentType: 'application/json', body: JSON.stringify(value), warnings };
}

/** An answer with one stored object as asked for. Fails with 406. */
export function objectAnswer(
  code: number,
  type: ResourceType,
  stored: KubeObject,
  how: Presentation,
  warnings: readonly string[] = [],
): Answer {
  return how.format === 'json'
    ? { code, contentType: 'application/json', body: objectJson(type, stored, how), warnings }
    : valueAnswer(code, presentObject(type, stored, how), how, warnings);
}

/** An answer with one page of a list as asked for. Fails with 406. */
export function listAnswer(type: ResourceType, page: Page, how: Presentation): Answer {
  return how.format === 'json'
    ? { code: 200, contentType: 'application/json', body: listJson(type, page, how) }
    : valueAnswer(200, presentList(type, page, how), how);
}

/** An answer of plain text. */
export function textAnswer(code: number, body: string): Answer {
  return { code, contentType: 'text/plain; charset=utf-8', body };
}

/** The Status (or text) of an error. Errors other than ApiError are defects of this server: 500 with the message. */
export function failureAnswer(error: unknown): Answer {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  return known.text === undefined
    ? { ...valueAnswer(known.code, known.status), headers: known.headers }
    : textAnswer(known.code, known.text);
}

/** Writes an answer and ends the response. */
export function send(response: HttpResponse, answer: Answer): void {
  const headers: Record<string, string | string[] | number> = {
    'Cache-Control': 'no-cache, private',
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
    ...answer.headers,
  };
  const warnings = answer.warnings ?? [];
  if (warnings.length > 0) {
    headers['Warning'] = warnings.map((text) => `299 - ${JSON.stringify(text)}`);
  }
  response.writeHead(answer.code, headers);
  response.end(answer.body);
}
