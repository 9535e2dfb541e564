import { describe, expect, it } from 'vitest';
import {
  type AuthorizationResponse,
  PROVIDER_ERRORS,
  parseResponse,
  providerError,
  responseData,
} from '../../../src/authorization/authorization-response.ts';
import { encodeValue } from '../../../src/secrets/secret-data.ts';

/** Data of a Secret with these values. */
const encoded = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encodeValue(value)]));

describe('the content of the authorization code Secret', () => {
  it.each<[AuthorizationResponse, Record<string, string>]>([
    [
      { kind: 'code', code: 'abc', consent: 'hash' },
      { code: 'abc', consent: 'hash' },
    ],
    [
      { kind: 'error', error: 'access_denied', consent: 'hash' },
      { error: 'access_denied', consent: 'hash' },
    ],
  ])('is read as it was written: $kind', (response, data) => {
    expect(responseData(response)).toEqual(data);
    expect(parseResponse(encoded(data))).toEqual(response);
  });

  it.each([
    ['nothing', {}],
    ['no consent', { code: 'abc' }],
    ['an unknown error', { error: 'bored', consent: 'hash' }],
    ['an empty code', { code: '', consent: 'hash' }],
    ['a code with a space', { code: 'a b', consent: 'hash' }],
    ['a code that ends with a line feed', { code: 'abc\n', consent: 'hash' }],
    ['a code beyond ASCII', { code: 'ä', consent: 'hash' }],
    ['a code of 2049 characters', { code: 'x'.repeat(2_049), consent: 'hash' }],
  ])('is invalid: %s', (_title, data) => {
    expect(parseResponse(encoded(data))).toBeUndefined();
  });

  it('may be a code of 2048 characters', () => {
    const code = '~!'.repeat(1_024);
    expect(parseResponse(encoded({ code, consent: 'hash' }))).toMatchObject({ code });
  });
});

describe('an error of the provider', () => {
  it.each(PROVIDER_ERRORS)('keeps the code %s', (code) => {
    expect(providerError(code)).toBe(code);
  });

  it.each(['', 'bored', 'ACCESS_DENIED'])('counts as server_error: "%s"', (text) => {
    expect(providerError(text)).toBe('server_error');
  });
});
