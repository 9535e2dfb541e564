import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import { parseBaseUrl } from '../../../src/openconnectors/transport/base-url.ts';

describe('a base URL', () => {
  test.each([
    ['https://api.example.com', '/elements/api-v2'],
    ['https://api.example.com/', '/elements/api-v2'],
    ['https://api.example.com/elements/api-v2', '/elements/api-v2'],
    ['https://api.example.com/elements/api-v2/', '/elements/api-v2'],
    ['https://api.example.com/proxy', '/proxy/elements/api-v2'],
    ['https://API.Example.com:443', '/elements/api-v2'],
  ])('%s', (text, path) => {
    expect(parseBaseUrl(text)).toEqual({
      origin: 'https://api.example.com',
      hostname: 'api.example.com',
      port: 443,
      path,
      isAddress: false,
    });
  });

  test.each([
    'https://127.0.0.1',
    'https://127.1',
    'https://2130706433',
    'https://0x7f.1',
    'https://[::1]:8443',
    'https://[::ffff:127.0.0.1]',
    'https://①27.0.0.1',
  ])('with an address for a host is known as such: %s', (text) => {
    expect(parseBaseUrl(text).isAddress).toBe(true);
  });

  test.each([
    '',
    'api.example.com',
    'http://api.example.com',
    'ftp://api.example.com',
    'https://user:pass-w0rd@api.example.com',
    'https://api.example.com?pass-w0rd=1',
    'https://api.example.com/#pass-w0rd',
    'https://pass-w0rd bad',
  ])('is refused without being repeated: %s', (text) => {
    expect(() => parseBaseUrl(text)).toThrow(RemoteError);
    expect(() => parseBaseUrl(text)).toThrow(/^(?!.*pass-w0rd)/);
    expect(() => parseBaseUrl(text)).toThrow(expect.objectContaining({ class: 'invalid' }));
  });
});
