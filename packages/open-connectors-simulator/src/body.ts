import * as z from 'zod';
import { ApiError } from './errors.ts';

const scalar = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  // The platform stores and shows every value as text.
  .transform((value) => (value === null ? null : String(value)));

export const instanceBody = z.looseObject({
  name: z.string().optional(),
  element: z.looseObject({ key: z.string().optional(), id: z.number().optional() }).optional(),
  tags: z.array(z.string()).optional(),
  providerData: z.looseObject({ code: z.string().optional() }).optional(),
  configuration: z.record(z.string(), scalar).optional(),
  externalAuthentication: z.string().optional(),
});

/** The body of a create, PUT or PATCH. */
export type InstanceBody = z.infer<typeof instanceBody>;

export const propertyBody = z.looseObject({ propertyValue: scalar });

export const oauthUrlInput = z.looseObject({
  apiKey: z.string().min(1),
  apiSecret: z.string().min(1),
  callbackUrl: z.string().min(1),
  scope: z.string().optional(),
  state: z.string().optional(),
  siteAddress: z.string().optional(),
});

export const traceLoggingBody = z.looseObject({ duration: z.number().positive().optional() });

/** The code and the refresh token of a request, as far as its body can be parsed. */
export function grantsIn(text: string): { code: string | undefined; refreshToken: string | undefined } {
  const body = instanceBody.safeParse(parseJson(text)).data;
  const initial = body?.externalAuthentication === 'initial';
  return {
    code: body?.providerData?.code,
    refreshToken: (initial && body.configuration?.['oauth.user.refresh_token']) || undefined,
  };
}

/** `undefined` where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** The JSON body in the shape of `schema`, or the platform's 400 that names the field. */
export function readBody<T>(schema: z.ZodType<T>, text: string): T {
  const value = parseJson(text);
  if (value === undefined) {
    throw new ApiError(400, 'The request body is not valid JSON');
  }
  return check(schema, value);
}

/** `value` in the shape of `schema`, or the platform's 400 that names the field. */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    const field = result.error.issues[0]?.path.join('.') ?? '';
    throw new ApiError(400, `The request is not valid: ${field === '' ? 'the body' : field}`);
  }
  return result.data;
}
