import type { ConsentRequest } from './consent-request.ts';

/** Open Connectors made an address that no person should be sent to. */
export class ProviderUrlError extends Error {
  override readonly name = 'ProviderUrlError';
}

const LONGEST_URL = 4_096;

/**
 * The provider's page, if it is https, brings our state back and names no other application or way back than agreed.
 * Throws `ProviderUrlError`, without the address: it has the state in it.
 */
export function checkedProviderUrl(
  text: string,
  state: string,
  { clientId, callbackUrl }: Pick<ConsentRequest, 'clientId' | 'callbackUrl'>,
): string {
  const url = URL.canParse(text) && text.length <= LONGEST_URL ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new ProviderUrlError("the provider's address is not an https URL of a usual length");
  }
  const says = (name: string, wanted: string): boolean =>
    url.searchParams.getAll(name).every((value) => value === wanted);
  if (url.searchParams.getAll('state').length !== 1 || !says('state', state)) {
    throw new ProviderUrlError("the provider's address does not carry the state that was asked for");
  }
  if (!says('client_id', clientId) || !says('redirect_uri', callbackUrl)) {
    throw new ProviderUrlError("the provider's address names another OAuth app or callback URL");
  }
  return url.href;
}
