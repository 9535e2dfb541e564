import { z } from 'zod';
import { decodeData } from '../secrets/secret-data.ts';

/** Error codes of an authorization response (RFC 6749, 4.1.2.1). Any other text counts as `server_error`. */
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

/** The authorization response; `consent` is the `consentRequestHash` of the request that the user agreed to. */
export type AuthorizationResponse =
  | { readonly kind: 'code'; readonly code: string; readonly consent: string }
  | { readonly kind: 'error'; readonly error: ProviderError; readonly consent: string };

/** Key of the code in the authorization code Secret. */
export const CODE_KEY = 'code';

/** An authorization code: visible ASCII (RFC 6749, appendix A.11), short enough for a request. */
export const CODE_PATTERN = /^[\x21-\x7e]{1,2048}$/;

const stored = z.union([
  z.object({ code: z.string().regex(CODE_PATTERN), consent: z.string() }),
  z.object({ error: z.enum(PROVIDER_ERRORS), consent: z.string() }),
]);

/** The content of the authorization code Secret, in clear. */
export function responseData(response: AuthorizationResponse): Record<string, string> {
  return response.kind === 'code'
    ? { [CODE_KEY]: response.code, consent: response.consent }
    : { error: response.error, consent: response.consent };
}

/** The response in `data` of an authorization code Secret; `undefined` where it is invalid. */
export function parseResponse(data: Readonly<Record<string, string>>): AuthorizationResponse | undefined {
  const { data: response } = stored.safeParse(decodeData(data));
  if (response === undefined) {
    return undefined;
  }
  return 'code' in response ? { kind: 'code', ...response } : { kind: 'error', ...response };
}

/** The error code for an error text of the provider. */
export function providerError(text: string): ProviderError {
  return PROVIDER_ERRORS.find((known) => known === text) ?? 'server_error';
}
