import { z } from 'zod';
import { MASKED } from '../secrets/mask.ts';
import type { Instance, Organization } from './port.ts';
import { UnreadableResponse } from './transport/call.ts';
import type { TransportResponse } from './transport/transport.ts';

/** Absent, null and unusable all mean: the answer does not tell. */
function orUnknown<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function configurationText(value: unknown): string | null {
  if (value === null || value === undefined) {
    return null;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Values come as text, but null, booleans and numbers are seen too. Each instance of the supported connectors has some
 * configuration, so an empty object is how an answer that is not hydrated looks, and tells nothing.
 */
const configuration = orUnknown(
  z.record(z.string(), z.unknown()).transform((entries) => {
    const texts = Object.entries(entries).map(([key, value]) => [key, configurationText(value)] as const);
    return texts.length === 0 ? undefined : Object.fromEntries(texts);
  }),
);

/** Loose about all that is not needed, strict about what is: above all, an id that a double cannot hold is refused. */
const instance = z
  .looseObject({
    id: z.int().positive(),
    name: z.string().nullish(),
    element: orUnknown(z.looseObject({ key: orUnknown(z.string()) })),
    tags: orUnknown(z.array(z.string())),
    disabled: orUnknown(z.boolean()),
    createdDate: z.unknown(),
    token: orUnknown(z.string()),
    configuration,
  })
  .transform(
    (answer): Instance => ({
      id: answer.id,
      name: answer.name ?? '',
      element: answer.element?.key,
      tags: answer.tags,
      disabled: answer.disabled,
      createdAt:
        typeof answer.createdDate === 'string' && RFC3339.test(answer.createdDate)
          ? answer.createdDate
          : undefined,
      token: answer.token === '' || answer.token === MASKED ? undefined : answer.token,
      configuration: answer.configuration,
    }),
  );

const organization = z
  .looseObject({ id: z.union([z.int(), z.string().min(1).max(128)]), name: z.string().nullish() })
  .transform((answer): Organization => ({ id: String(answer.id), name: answer.name ?? '' }));

const authorizeUrl = z.looseObject({ oauthUrl: z.string().min(1) }).transform((answer) => answer.oauthUrl);

function parsed(answer: TransportResponse): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    throw new UnreadableResponse('not JSON');
  }
}

function reader<Output>(schema: z.ZodType<Output>): (answer: TransportResponse) => Output {
  return (answer) => {
    const result = schema.safeParse(parsed(answer));
    if (result.success) {
      return result.data;
    }
    // Paths and kinds only: zod's own messages may quote what they found.
    const [issue] = result.error.issues;
    throw new UnreadableResponse(
      `unusable value at "${issue?.path.join('.') ?? ''}" (${issue?.code ?? 'unknown'})`,
    );
  };
}

export const parseInstance: (answer: TransportResponse) => Instance = reader(instance);
export const parseInstances: (answer: TransportResponse) => Instance[] = reader(z.array(instance));
export const parseOrganization: (answer: TransportResponse) => Organization = reader(organization);
export const parseAuthorizeUrl: (answer: TransportResponse) => string = reader(authorizeUrl);

/** For calls whose answer says nothing: no body, or any JSON. A page of HTML is some gateway's answer, not the API's. */
export function readNothing(answer: TransportResponse): void {
  if (answer.body.trim() !== '') {
    parsed(answer);
  }
}

/** For calls of which only it matters that the API answered them. */
export function readAnything(answer: TransportResponse): void {
  parsed(answer);
}
