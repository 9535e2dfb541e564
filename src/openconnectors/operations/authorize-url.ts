import type { AuthorizeRequest } from '../port.ts';
import { parseAuthorizeUrl } from '../schemas.ts';
import type { Call, Caller } from '../transport/call.ts';
import { UnreadableResponse } from '../transport/call.ts';
import { isRouteMissing } from './route-missing.ts';

/**
 * `POST /elements/{key}/oauth/url`, with the client_secret in the body. Without that route (404, 405) the GET form
 * follows, which has the secret in the query. It changes no instance, so that no leadership is required.
 */
export async function buildAuthorizeUrl(
  call: Caller,
  request: AuthorizeRequest,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { element, ...parameters } = request;
  const common = {
    operation: 'authorize-url',
    effect: 'none',
    path: `/elements/${element}/oauth/url`,
    secrets: [request.apiKey, request.apiSecret, ...(request.state === undefined ? [] : [request.state])],
    read: (response) => checkedUrl(parseAuthorizeUrl(response), request.apiSecret),
  } as const satisfies Partial<Call<string>>;
  try {
    return await call({ ...common, method: 'POST', body: parameters }, signal);
  } catch (error) {
    if (!isRouteMissing(error)) {
      throw error;
    }
    return await call({ ...common, method: 'GET', query: Object.entries(parameters) }, signal);
  }
}

/** The URL is opened in a browser: only https, and without the client_secret. */
function checkedUrl(text: string, apiSecret: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new UnreadableResponse('the authorize URL is not an https URL');
  }
  if ([...url.searchParams.values()].includes(apiSecret)) {
    throw new UnreadableResponse('the authorize URL holds the client secret');
  }
  return text;
}
