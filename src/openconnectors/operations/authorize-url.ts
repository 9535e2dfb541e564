import { RemoteError } from '../errors/remote-error.ts';
import type { AuthorizeRequest } from '../port.ts';
import { parseAuthorizeUrl } from '../schemas.ts';
import type { Call, Caller } from '../transport/call.ts';
import { UnreadableResponse } from '../transport/call.ts';

/**
 * `POST /elements/{key}/oauth/url`, with the OAuth client's secret in the body. Only where that route is not there
 * (404, 405) its GET form follows, which puts the secret into the request's query: the API offers no third way.
 * No instance is changed, so no replica has to be the leader for it.
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
    read: (answer) => checkedUrl(parseAuthorizeUrl(answer), request.apiSecret),
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

function isRouteMissing(error: unknown): boolean {
  return error instanceof RemoteError && (error.status === 404 || error.status === 405);
}

/** A person's browser is sent there, so nothing but https, and nothing that would show the client's secret to it. */
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
