import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import {
  createGuardedLookup,
  createPublicAddressCheck,
  FORBIDDEN_ADDRESS,
} from '../../../src/openconnectors/transport/address-guard.ts';

const isPublic = createPublicAddressCheck();

describe('the public internet', () => {
  test.each(['8.8.8.8', '155.56.47.1', '172.15.255.255', '172.32.0.1', '100.63.255.255', '1.1.1.1'])(
    'has %s',
    (address) => {
      expect(isPublic(address, 4)).toBe(true);
    },
  );

  test.each(['2606:4700:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    'has %s',
    (address) => {
      expect(isPublic(address, 6)).toBe(true);
    },
  );

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ])('has not %s', (address) => {
    expect(isPublic(address, 4)).toBe(false);
  });

  test.each([
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::1',
    '64:ff9b:1::808:808',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2001::1',
  ])('has not %s', (address) => {
    expect(isPublic(address, 6)).toBe(false);
  });
});

type Outcome = { readonly code: string | undefined; readonly found: unknown };

function lookUp(
  addresses: LookupAddress[],
  all: boolean,
  failure: NodeJS.ErrnoException | null = null,
): Promise<Outcome> {
  const lookup = createGuardedLookup(isPublic, (_hostname, options, callback) => {
    expect(options.all).toBe(true);
    callback(failure, addresses);
  });
  return new Promise((resolve) => {
    lookup('api.example.com', { all }, (error, found) => resolve({ code: error?.code, found }));
  });
}

describe('the lookup of a connection', () => {
  const open = { address: '8.8.8.8', family: 4 };
  const inner = { address: '10.0.0.1', family: 4 };

  test('gives public addresses on', async () => {
    expect(await lookUp([open], true)).toEqual({ code: undefined, found: [open] });
    expect(await lookUp([open], false)).toEqual({ code: undefined, found: '8.8.8.8' });
  });

  test.each([
    ['one that is not public', [inner]],
    ['one among others', [open, inner]],
    ['none at all', []],
  ])('refuses a name with %s', async (_name, addresses) => {
    expect(await lookUp(addresses, true)).toEqual({ code: FORBIDDEN_ADDRESS, found: [] });
    expect(await lookUp(addresses, false)).toEqual({ code: FORBIDDEN_ADDRESS, found: [] });
  });

  test('returns the error of the resolver', async () => {
    const failure = Object.assign(new Error('x'), { code: 'ENOTFOUND' });
    expect(await lookUp([], true, failure)).toEqual({ code: 'ENOTFOUND', found: [] });
  });
});
