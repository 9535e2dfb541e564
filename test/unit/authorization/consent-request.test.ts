import { describe, expect, it } from 'vitest';
import {
  type ConsentRequest,
  consentRequestHash,
  consentRequestOf,
} from '../../../src/authorization/consent-request.ts';
import {
  callbackUrlOf,
  ownCallbackUrlBeside,
  ownCallbackUrlOf,
  startUrlOf,
} from '../../../src/authorization/consent-urls.ts';
import { ACCOUNT, CALLBACK, connector } from '../../support/builders/connector.ts';

const OWN = 'https://connect.example.com/oauth/callback';
const TARGET = { namespace: 'team-a', name: 'crm' };

describe('consentRequestOf', () => {
  const { spec } = connector();

  it('takes every part from the spec, the account and the OAuth app', () => {
    expect(consentRequestOf(spec, ACCOUNT, 'client-4f1d', OWN)).toEqual({
      accountUid: ACCOUNT.uid,
      baseUrl: ACCOUNT.baseUrl,
      connector: 'infusionsoftcrm',
      server: 'dt123.infusionsoft.com',
      clientId: 'client-4f1d',
      callbackUrl: CALLBACK,
      scope: 'full',
    });
  });

  it('leaves out a server that the element does not use', () => {
    const rest = { ...spec, connector: 'infusionsoftrest' } as const;
    expect(consentRequestOf(rest, ACCOUNT, 'client-4f1d', OWN).server).toBeUndefined();
  });

  it('has another hash for each change of a part', () => {
    const request = consentRequestOf(spec, ACCOUNT, 'client-4f1d', OWN);
    const changes = Object.keys(request).map((key): ConsentRequest => ({ ...request, [key]: 'other' }));
    const hashes = [request, ...changes, { ...request, server: undefined }].map(consentRequestHash);
    expect(new Set(hashes).size).toBe(9);
    expect(consentRequestHash({ ...request })).toBe(consentRequestHash(request));
  });
});

describe('the callback URL', () => {
  it.each([
    ['https://connect.example.com', OWN],
    ['https://connect.example.com/', OWN],
    ['https://Connect.Example.com:443', OWN],
    ['https://example.com/ops//', 'https://example.com/ops/oauth/callback'],
  ])('of an operator at %s is %s', (externalUrl, expected) => {
    expect(ownCallbackUrlOf(externalUrl)).toBe(expected);
  });

  it('is that of the spec, else that of the operator', () => {
    const { spec } = connector();
    expect(callbackUrlOf(spec, OWN)).toBe(CALLBACK);
    const { callbackUrl: _omitted, ...oauth } = spec.oauth;
    expect(callbackUrlOf({ ...spec, oauth }, OWN)).toBe(OWN);
    expect(callbackUrlOf({ ...spec, oauth }, undefined)).toBeUndefined();
  });
});

describe('the start page', () => {
  it.each(['https://connect.example.com', 'https://example.com/ops'])('is below %s', (externalUrl) => {
    const own = ownCallbackUrlOf(externalUrl);
    expect(startUrlOf(own, TARGET)).toBe(`${externalUrl}/connect/team-a/crm`);
    expect(ownCallbackUrlBeside(startUrlOf(own, TARGET))).toBe(own);
  });
});
