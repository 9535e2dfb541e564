import { z } from 'zod';
import type { TransportResponse } from '../http/client/request.ts';
import type { ElementDefaults } from '../provider/events.ts';
import { MASKED } from '../secrets/mask.ts';
import type { Instance, Organization } from './port.ts';
import { UnreadableResponse } from './transport/call.ts';

/** Absent, null and invalid values are unknown. */
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
 * Values are text, null, booleans or numbers. An empty object is unknown: it is the form of a response that is not
 * hydrated, because each instance has a configuration.
 */
const configuration = orUnknown(
  z.record(z.string(), z.unknown()).transform((entries) => {
    const texts = Object.entries(entries).map(([key, value]) => [key, configurationText(value)] as const);
    return texts.length === 0 ? undefined : Object.fromEntries(texts);
  }),
);

/** Strict about required fields: an id that a double cannot represent is rejected. */
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
    (response): Instance => ({
      id: response.id,
      name: response.name ?? '',
      element: response.element?.key,
      tags: response.tags,
      disabled: response.disabled,
      createdAt:
        typeof response.createdDate === 'string' && RFC3339.test(response.createdDate)
          ? response.createdDate
          : undefined,
      token: response.token === '' || response.token === MASKED ? undefined : response.token,
      configuration: response.configuration,
    }),
  );

const organization = z
  .looseObject({ id: z.union([z.int(), z.string().min(1).max(128)]), name: z.string().nullish() })
  .transform((response): Organization => ({ id: String(response.id), name: response.name ?? '' }));

/** A response without the list has no defaults. */
const elementDefaults = z
  .looseObject({
    configuration: orUnknown(
      z.array(z.looseObject({ key: z.string(), defaultValue: orUnknown(z.string()) })),
    ),
  })
  .transform(
    ({ configuration: properties }): ElementDefaults =>
      new Map((properties ?? []).map(({ key, defaultValue }) => [key, defaultValue ?? null])),
  );

const authorizeUrl = z
  .looseObject({ oauthUrl: z.string().min(1) })
  .transform((response) => response.oauthUrl);

function parsed(response: TransportResponse): unknown {
  try {
    return JSON.parse(response.body);
  } catch {
    throw new UnreadableResponse('not JSON');
  }
}

function reader<Output>(schema: z.ZodType<Output>): (response: TransportResponse) => Output {
  return (response) => {
    const result = schema.safeParse(parsed(response));
    if (result.success) {
      return result.data;
    }
    // Paths and kinds only: the messages of zod may quote values.
    const [issue] = result.error.issues;
    throw new UnreadableResponse(
      `unusable value at "${issue?.path.join('.') ?? ''}" (${issue?.code ?? 'unknown'})`,
    );
  };
}

export const parseInstance: (response: TransportResponse) => Instance = reader(instance);
export const parseInstances: (response: TransportResponse) => Instance[] = reader(z.array(instance));
export const parseOrganization: (response: TransportResponse) => Organization = reader(organization);
export const parseElementDefaults: (response: TransportResponse) => ElementDefaults = reader(elementDefaults);
export const parseAuthorizeUrl: (response: TransportResponse) => string = reader(authorizeUrl);

/** For calls without a result: no body, or any JSON. An HTML page comes from a gateway. */
export function readNothing(response: TransportResponse): void {
  if (response.body.trim() !== '') {
    parsed(response);
  }
}

/** For calls of which only the status matters. */
export function readAnything(response: TransportResponse): void {
  parsed(response);
}
