import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRedirectUrl } from '../../../src/cli/authorize/redirect-url.ts';

const CALLBACK = 'https://connect.example.com/oauth/callback';
const STATE = 'LtI2qzmBmVPYQkq3vRkC1nXo2b0J9m8hS4a7cD5eF6g';
const CODE = '7f3c0d9a51be4c77';
const expected = {
  callbackUrl: CALLBACK,
  server: 'dt123.infusionsoft.com',
  isOurState: (state: string) => state === STATE,
};
const read = (text: string, callbackUrl = CALLBACK) => parseRedirectUrl(text, { ...expected, callbackUrl });
const good = `${CALLBACK}?code=${CODE}&state=${STATE}`;
const accepted = { kind: 'code', code: CODE };

describe('an accepted URL', () => {
  const cases: Record<string, string> = {
    unchanged: good,
    'with white space around it': `  \t${good} \r\n`,
    'in double quotes': `"${good}"`,
    'in single quotes': `'${good}'`,
    'in angle brackets': `<${good}>`,
    'with white space in the quotes': `" ${good} "`,
    'without the scheme, as browsers show it': good.slice('https://'.length),
    'with further parts': `${CALLBACK}?scope=full%7Cdt123.infusionsoft.com&code=${CODE}&state=${STATE}`,
    'with the tenant in capitals': `${good}&scope=full%7CDT123.infusionsoft.com`,
    'with a scope that names no tenant': `${good}&scope=full`,
    'with a fragment': `${good}#_=_`,
    'with its host in capitals': good.replace('connect.example.com', 'Connect.Example.COM'),
    'with the default port': good.replace('.com/', '.com:443/'),
    'with an empty error': `${good}&error=`,
  };
  it.each(Object.entries(cases))('is accepted %s', (_name, text) => {
    expect(read(text)).toEqual(accepted);
  });

  it('keeps the query of the callback URL', () => {
    const callback = `${CALLBACK}?tenant=7`;
    expect(read(`${callback}&code=${CODE}&state=${STATE}`, callback)).toEqual(accepted);
    expect(read(good, callback)).toEqual({ kind: 'rejected', why: 'other-url' });
    expect(read(`${CALLBACK}?tenant=8&code=${CODE}&state=${STATE}`, callback)).toEqual({
      kind: 'rejected',
      why: 'other-url',
    });
  });

  it('may name any tenant for a connector without a server', () => {
    const text = `${good}&scope=full%7Chl214.infusionsoft.com`;
    expect(parseRedirectUrl(text, { ...expected, server: undefined })).toEqual(accepted);
  });

  it('decodes its code', () => {
    expect(read(`${CALLBACK}?code=a%2Fb%2Bc%3D&state=${STATE}`)).toEqual({ kind: 'code', code: 'a/b+c=' });
  });
});

describe('a rejected URL', () => {
  const cases: Record<string, readonly [text: string, why: string]> = {
    'another state': [good.replace(STATE, `${STATE.slice(0, -1)}h`), 'wrong-state'],
    'a prefix of the state': [good.replace(STATE, STATE.slice(0, -1)), 'wrong-state'],
    'no state': [`${CALLBACK}?code=${CODE}`, 'no-state'],
    'an empty state': [`${CALLBACK}?code=${CODE}&state=`, 'no-state'],
    'the state twice': [`${good}&state=${STATE}`, 'repeated'],
    'the code twice': [`${good}&code=${CODE}`, 'repeated'],
    'two codes': [`${good}&code=other`, 'repeated'],
    'a code and an error': [`${good}&error=access_denied`, 'repeated'],
    'another host': [good.replace('connect.example.com', 'connect.example.org'), 'other-url'],
    'a subdomain': [good.replace('connect.', 'evil.connect.'), 'other-url'],
    'another port': [good.replace('.com/', '.com:8443/'), 'other-url'],
    'another path': [good.replace('/callback', '/callback/'), 'other-url'],
    'no encryption': [good.replace('https:', 'http:'), 'other-url'],
    'a user name': [good.replace('https://', 'https://me@'), 'other-url'],
    'the authorize URL': [
      `https://accounts.infusionsoft.com/app/oauth/authorize?state=${STATE}`,
      'other-url',
    ],
    'another tenant': [`${good}&scope=full%7Chl214.infusionsoft.com`, 'other-tenant'],
    'another tenant in a second scope': [
      `${good}&scope=full%7Cdt123.infusionsoft.com&scope=full%7Chl214.infusionsoft.com`,
      'other-tenant',
    ],
    'neither code nor error': [`${CALLBACK}?state=${STATE}`, 'no-response'],
    'a code of spaces': [`${CALLBACK}?code=%20%20&state=${STATE}`, 'bad-code'],
    'a code with a line break': [`${CALLBACK}?code=a%0Ab&state=${STATE}`, 'bad-code'],
    'a code that is too long': [`${CALLBACK}?code=${'a'.repeat(2_049)}&state=${STATE}`, 'bad-code'],
    'the code alone': [CODE, 'not-a-url'],
    nothing: ['', 'not-a-url'],
    'a URL with a space': [good.replace('&state', ' &state'), 'not-a-url'],
    'another scheme': [`javascript:alert("${good}")`, 'not-a-url'],
    'a URL that is too long': [`${good}&x=${'a'.repeat(9_000)}`, 'not-a-url'],
  };
  it.each(Object.entries(cases))('has %s', (_name, [text, why]) => {
    expect(read(text)).toEqual({ kind: 'rejected', why });
  });

  it('is every text without the state of this run', () => {
    const parts = fc.constantFrom(
      'code',
      'state',
      'error',
      CODE,
      CALLBACK,
      '=',
      '&',
      '?',
      '#',
      '"',
      ' ',
      '%41',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), fc.string(), (pieces, tail) => {
        expect(read(`${pieces.join('')}${tail}`).kind).toBe('rejected');
        expect(read(`${CALLBACK}?${pieces.join('')}${tail}`).kind).toBe('rejected');
      }),
    );
  });
});

describe('an error response', () => {
  it('is reduced to an error code of RFC 6749', () => {
    expect(read(`${CALLBACK}?error=access_denied&error_description=No&state=${STATE}`)).toEqual({
      kind: 'error',
      error: 'access_denied',
    });
    expect(read(`${CALLBACK}?error=%1B%5B31mred&state=${STATE}`)).toEqual({
      kind: 'error',
      error: 'server_error',
    });
  });

  it('requires the state', () => {
    expect(read(`${CALLBACK}?error=access_denied`)).toEqual({ kind: 'rejected', why: 'no-state' });
    expect(read(`${CALLBACK}?error=access_denied&state=other`)).toEqual({
      kind: 'rejected',
      why: 'wrong-state',
    });
  });
});
