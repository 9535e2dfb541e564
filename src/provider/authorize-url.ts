/** The authorize page (Keap, "Getting Started with OAuth2"). */
export const AUTHORIZE_URL = 'https://accounts.infusionsoft.com/app/oauth/authorize';

/** An authorization request (RFC 6749, 4.1.1). Keap accepts one `scope`: `full`. */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** Registered for the OAuth app; https. */
  readonly callbackUrl: string;
  readonly scope: string;
  readonly state: string;
}

/** The URL that a user opens in a browser to grant access. `page` replaces the provider's own page, for a simulator. */
export function authorizeUrl(
  { clientId, callbackUrl, scope, state }: AuthorizationRequest,
  page: string = AUTHORIZE_URL,
): string {
  const url = new URL(page);
  url.search = new URLSearchParams({
    response_type: 'code',
    scope,
    client_id: clientId,
    redirect_uri: callbackUrl,
    state,
  }).toString();
  return url.href;
}
