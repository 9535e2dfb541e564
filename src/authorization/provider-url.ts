import type { ConsentRequest } from './consent-request.ts';

/** Open Connectors returned an authorize URL that no user must be redirected to. */
export class ProviderUrlError extends Error {
  override readonly name = 'ProviderUrlError';
}

const MAX_URL_LENGTH = 4_096;

/**
 * The authorize URL, if it is https, contains the requested state and no other client_id or redirect_uri than agreed.
 * Throws `ProviderUrlError`, which omits the URL because it contains the state.
 */
export function checkedProviderUrl(
  text: string,
  state: string,
  { clientId, callbackUrl }: Pick<ConsentRequest, 'clientId' | 'callbackUrl'>,
): string {
  const url = URL.canParse(text) && text.length <= MAX_URL_LENGTH ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new ProviderUrlError('the authorize URL is not https, contains a user or is too long');
  }
  const hasOnly = (name: string, expected: string): boolean =>
    url.searchParams.getAll(name).every((value) => value === expected);
  if (url.searchParams.getAll('state').length !== 1 || !hasOnly('state', state)) {
    throw new ProviderUrlError('the authorize URL does not contain the requested state');
  }
  if (!hasOnly('client_id', clientId) || !hasOnly('redirect_uri', callbackUrl)) {
    throw new ProviderUrlError('the authorize URL contains another client_id or redirect_uri');
  }
  return url.href;
}
