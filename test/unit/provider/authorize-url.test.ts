import { describe, expect, it } from 'vitest';
import { authorizeUrl } from '../../../src/provider/authorize-url.ts';

const request = {
  clientId: 'id with & and =',
  callbackUrl: 'https://connect.example.com/oauth/callback',
  scope: 'full',
  state: 'the-state',
};

describe('the authorize URL', () => {
  it('carries every part of the request, encoded', () => {
    const url = new URL(authorizeUrl(request));
    expect(url.href).not.toContain('id with');
    expect(url.origin + url.pathname).toBe('https://accounts.infusionsoft.com/app/oauth/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      scope: 'full',
      client_id: request.clientId,
      redirect_uri: request.callbackUrl,
      state: 'the-state',
    });
  });

  it('leads to the page of a simulator', () => {
    const url = new URL(authorizeUrl(request, 'https://localhost:8443/provider/authorize'));
    expect(url.origin + url.pathname).toBe('https://localhost:8443/provider/authorize');
    expect(url.searchParams.get('state')).toBe('the-state');
  });
});
