import { authorizePath } from 'open-connectors-simulator/handlers/consent.ts';
import type { Simulator } from 'open-connectors-simulator/simulator.ts';
import { DemoFailure } from './failure.ts';

/** The callback URL of the OAuth app, as the samples have it. */
export const callbackUrl = 'https://connect.example.com/oauth/callback';

/** The authorize URL of the provider, as documented. */
export function authorizeUrl({ baseUrl, app }: Simulator, state: string): string {
  const url = new URL(authorizePath, baseUrl);
  url.search = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: callbackUrl,
    response_type: 'code',
    scope: 'full',
    state,
  }).toString();
  return url.href;
}

/** Opens the page, presses "Allow", and reads the code from the URL of the redirect. */
export async function giveConsent(simulator: Simulator, url: string): Promise<string> {
  const { searchParams } = new URL(await simulator.consent(url, { approve: true }));
  const code = searchParams.get('code');
  if (code === null || searchParams.get('state') !== new URL(url).searchParams.get('state')) {
    throw new DemoFailure('The provider sent the browser back without a code, or to another request.');
  }
  return code;
}
