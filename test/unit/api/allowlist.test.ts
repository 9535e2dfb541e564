import { describe, expect, test } from 'vitest';
import { allowedHost, isAllowedServer } from '../../../src/api/validation/allowlist.ts';

const hosts = ['api.openconnectors.*.ext.hana.ondemand.com', 'localhost:8443'];
const servers = ['*.infusionsoft.com'];

describe('hosts of accounts', () => {
  test.each([
    ['https://api.openconnectors.us2.ext.hana.ondemand.com', { addressCheckExempt: false }],
    [
      'https://api.openconnectors.eu10.ext.hana.ondemand.com:443/elements/api-v2',
      { addressCheckExempt: false },
    ],
    ['https://localhost:8443/elements/api-v2', { addressCheckExempt: true }],
    ['https://api.openconnectors.trial.us10.ext.hana.ondemand.com', undefined],
    ['https://api.openconnectors.us2.ext.hana.ondemand.com:8443', undefined],
    ['https://api.openconnectors.us2.ext.hana.ondemand.com.evil.example', undefined],
    ['https://evil.example/api.openconnectors.us2.ext.hana.ondemand.com', undefined],
    ['https://api.openconnectors.us2.ext.hana.ondemand.com@evil.example', undefined],
    ['https://api.openconnectors..ext.hana.ondemand.com', undefined],
    ['https://localhost', undefined],
    ['http://localhost:8443', undefined],
    ['nonsense', undefined],
  ])('%s: %o', (baseUrl, expected) => {
    expect(allowedHost(baseUrl, hosts)).toEqual(expected);
  });

  test('an entry that cannot be read allows nothing', () => {
    expect(allowedHost('https://a.example', ['*', 'https://a.example', 'a*.example', ''])).toBeUndefined();
  });
});

describe('servers of connectors', () => {
  test.each([
    ['dt123.infusionsoft.com', true],
    ['DT123.infusionsoft.com', true],
    ['infusionsoft.com', false],
    ['a.b.infusionsoft.com', false],
    ['evilinfusionsoft.com', false],
    ['dt123.infusionsoft.com.evil.example', false],
    ['.infusionsoft.com', false],
    ['', false],
  ])('%s: %s', (server, expected) => {
    expect(isAllowedServer(server, servers)).toBe(expected);
  });
});
