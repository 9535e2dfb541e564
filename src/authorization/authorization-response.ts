import { z } from 'zod';
import { decodeData } from '../secrets/secret-data.ts';

/** Errors that a provider may report instead of a code (RFC 6749, 4.1.2.1). Any other text counts as the last one. */
export const PROVIDER_ERRORS = [
  'access_denied',
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
  'temporarily_unavailable',
  'server_error',
] as const;

export type ProviderError = (typeof PROVIDER_ERRORS)[number];

/** What the provider said, and to which subject: `consent` is the `subjectHash` that the person agreed to. */
export type AuthorizationResponse =
  | { readonly kind: 'code'; readonly code: string; readonly consent: string }
  | { readonly kind: 'error'; readonly error: ProviderError; readonly consent: string };

/** Key of the code in the grant Secret. */
export const CODE_KEY = 'code';

/** A code as a provider may make it: visible ASCII (RFC 6749, appendix A.11), of a length that fits into a request. */
export const CODE_PATTERN = /^[\x21-\x7e]{1,2048}$/;

const stored = z.union([
  z.object({ code: z.string().regex(CODE_PATTERN), consent: z.string() }),
  z.object({ error: z.enum(PROVIDER_ERRORS), consent: z.string() }),
]);

/** The content of the grant Secret, in clear. */
export function responseData(answer: AuthorizationResponse): Record<string, string> {
  return answer.kind === 'code'
    ? { [CODE_KEY]: answer.code, consent: answer.consent }
    : { error: answer.error, consent: answer.consent };
}

/** Reads the content of a grant Secret, its values in base64; `undefined` where it is none. */
export function parseResponse(data: Readonly<Record<string, string>>): AuthorizationResponse | undefined {
  const { data: answer } = stored.safeParse(decodeData(data));
  if (answer === undefined) {
    return undefined;
  }
  return 'code' in answer ? { kind: 'code', ...answer } : { kind: 'error', ...answer };
}

/** An error as the provider sent it, as one of the closed set. */
export function providerError(text: string): ProviderError {
  return PROVIDER_ERRORS.find((known) => known === text) ?? 'server_error';
}
