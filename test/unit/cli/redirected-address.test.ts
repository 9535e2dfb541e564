import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRedirected } from '../../../src/cli/authorize/redirected-address.ts';

const CALLBACK = 'https://connect.example.com/oauth/callback';
const STATE = 'LtI2qzmBmVPYQkq3vRkC1nXo2b0J9m8hS4a7cD5eF6g';
const CODE = '7f3c0d9a51be4c77';
const expected = {
  callbackUrl: CALLBACK,
  server: 'dt123.infusionsoft.com',
  isOurState: (state: string) => state === STATE,
};
const read = (text: string, callbackUrl = CALLBACK) => readRedirected(text, { ...expected, callbackUrl });
const good = `${CALLBACK}?code=${CODE}&state=${STATE}`;
const taken = { kind: 'code', code: CODE };

describe('an address that is taken', () => {
  const cases: Record<string, string> = {
    'as it is': good,
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
  test.each(Object.entries(cases))('%s', (_name, text) => {
    expect(read(text)).toEqual(taken);
  });

  test('of a callback URL with a query of its own', () => {
    const callback = `${CALLBACK}?tenant=7`;
    expect(read(`${callback}&code=${CODE}&state=${STATE}`, callback)).toEqual(taken);
    expect(read(good, callback)).toEqual({ kind: 'unusable', why: 'other-address' });
    expect(read(`${CALLBACK}?tenant=8&code=${CODE}&state=${STATE}`, callback)).toEqual({
      kind: 'unusable',
      why: 'other-address',
    });
  });

  test('of any tenant, for a connector that names none', () => {
    const text = `${good}&scope=full%7Chl214.infusionsoft.com`;
    expect(readRedirected(text, { ...expected, server: undefined })).toEqual(taken);
  });

  test('with a code in any encoding', () => {
    expect(read(`${CALLBACK}?code=a%2Fb%2Bc%3D&state=${STATE}`)).toEqual({ kind: 'code', code: 'a/b+c=' });
  });
});

describe('an address that is not used', () => {
  const cases: Record<string, readonly [text: string, why: string]> = {
    'another state': [good.replace(STATE, `${STATE.slice(0, -1)}h`), 'wrong-state'],
    'a state that ours begins with': [good.replace(STATE, STATE.slice(0, -1)), 'wrong-state'],
    'no state': [`${CALLBACK}?code=${CODE}`, 'no-state'],
    'an empty state': [`${CALLBACK}?code=${CODE}&state=`, 'no-state'],
    'the state twice': [`${good}&state=${STATE}`, 'repeated'],
    'the code twice': [`${good}&code=${CODE}`, 'repeated'],
    'two codes': [`${good}&code=other`, 'repeated'],
    'a code and an error': [`${good}&error=access_denied`, 'repeated'],
    'another host': [good.replace('connect.example.com', 'connect.example.org'), 'other-address'],
    'a host below ours': [good.replace('connect.', 'evil.connect.'), 'other-address'],
    'another port': [good.replace('.com/', '.com:8443/'), 'other-address'],
    'another path': [good.replace('/callback', '/callback/'), 'other-address'],
    'no encryption': [good.replace('https:', 'http:'), 'other-address'],
    'a user name': [good.replace('https://', 'https://me@'), 'other-address'],
    "the provider's address": [
      `https://accounts.infusionsoft.com/app/oauth/authorize?state=${STATE}`,
      'other-address',
    ],
    'another tenant': [`${good}&scope=full%7Chl214.infusionsoft.com`, 'other-tenant'],
    'another tenant in a second scope': [
      `${good}&scope=full%7Cdt123.infusionsoft.com&scope=full%7Chl214.infusionsoft.com`,
      'other-tenant',
    ],
    'neither code nor error': [`${CALLBACK}?state=${STATE}`, 'no-answer'],
    'a code of spaces': [`${CALLBACK}?code=%20%20&state=${STATE}`, 'bad-code'],
    'a code with a line break': [`${CALLBACK}?code=a%0Ab&state=${STATE}`, 'bad-code'],
    'a code beyond all measure': [`${CALLBACK}?code=${'a'.repeat(2_049)}&state=${STATE}`, 'bad-code'],
    'the code alone': [CODE, 'no-address'],
    nothing: ['', 'no-address'],
    'an address in two parts': [good.replace('&state', ' &state'), 'no-address'],
    'another scheme': [`javascript:alert("${good}")`, 'no-address'],
    'an endless text': [`${good}&x=${'a'.repeat(9_000)}`, 'no-address'],
  };
  test.each(Object.entries(cases))('%s', (_name, [text, why]) => {
    expect(read(text)).toEqual({ kind: 'unusable', why });
  });

  test('nothing that anybody could paste is taken without our state', () => {
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
        expect(read(`${pieces.join('')}${tail}`).kind).toBe('unusable');
        expect(read(`${CALLBACK}?${pieces.join('')}${tail}`).kind).toBe('unusable');
      }),
    );
  });
});

describe('an error of the provider', () => {
  test('is told by its standard name', () => {
    expect(read(`${CALLBACK}?error=access_denied&error_description=No&state=${STATE}`)).toEqual({
      kind: 'error',
      error: 'access_denied',
    });
    expect(read(`${CALLBACK}?error=%1B%5B31mred&state=${STATE}`)).toEqual({
      kind: 'error',
      error: 'server_error',
    });
  });

  test('counts only with our state', () => {
    expect(read(`${CALLBACK}?error=access_denied`)).toEqual({ kind: 'unusable', why: 'no-state' });
    expect(read(`${CALLBACK}?error=access_denied&state=other`)).toEqual({
      kind: 'unusable',
      why: 'wrong-state',
    });
  });
});
