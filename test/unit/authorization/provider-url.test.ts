import { describe, expect, it } from 'vitest';
import { checkedProviderUrl, ProviderUrlError } from '../../../src/authorization/provider-url.ts';

const BASE = 'https://accounts.example.com/authorize';
const AGREED = { clientId: 'client-4f1d', callbackUrl: 'https://connect.example.com/oauth/callback' };
const STATE = 'the-state';

const check = (text: string): string => checkedProviderUrl(text, STATE, AGREED);

/** An authorize URL with these parameters. */
function url(parameters: Readonly<Record<string, string>>, base = BASE): string {
  return `${base}?${new URLSearchParams(parameters)}`;
}

/** An authorize URL of exactly this length. */
function urlOfLength(length: number): string {
  const start = `${url({ state: STATE })}&pad=`;
  return start + 'x'.repeat(length - start.length);
}

const NOT_HTTPS = 'the authorize URL is not https, contains a user or is too long';
const NO_STATE = 'the authorize URL does not contain the requested state';
const OTHER_CLIENT = 'the authorize URL contains another client_id or redirect_uri';

describe('an authorize URL', () => {
  it.each([
    ['with the state alone', url({ state: STATE })],
    [
      'with the agreed client_id and redirect_uri',
      url({ state: STATE, client_id: AGREED.clientId, redirect_uri: AGREED.callbackUrl }),
    ],
    ['of 4096 characters', urlOfLength(4_096)],
  ])('is accepted %s', (_title, text) => {
    expect(check(text)).toBe(text);
  });

  it.each([
    ['no URL', 'authorize', NOT_HTTPS],
    ['http', url({ state: STATE }, 'http://accounts.example.com/authorize'), NOT_HTTPS],
    ['a user', url({ state: STATE }, 'https://user@accounts.example.com/'), NOT_HTTPS],
    ['a password alone', url({ state: STATE }, 'https://:word@accounts.example.com/'), NOT_HTTPS],
    ['4097 characters', urlOfLength(4_097), NOT_HTTPS],
    ['no state', BASE, NO_STATE],
    ['another state', url({ state: 'other' }), NO_STATE],
    ['the state twice', `${url({ state: STATE })}&state=${STATE}`, NO_STATE],
    ['another client_id', url({ state: STATE, client_id: 'other' }), OTHER_CLIENT],
    ['a second client_id', `${url({ state: STATE, client_id: AGREED.clientId })}&client_id=x`, OTHER_CLIENT],
    ['another redirect_uri', url({ state: STATE, redirect_uri: 'https://evil.example.com' }), OTHER_CLIENT],
  ])('is refused with %s, and the error has no part of it', (_title, text, message) => {
    expect(() => check(text)).toThrow(ProviderUrlError);
    expect(() => check(text)).toThrow(new ProviderUrlError(message));
  });
});
