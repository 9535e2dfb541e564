import { describe, expect, it } from 'vitest';
import { codeSecretFor, isReferenced, patchCommand } from '../../../src/cli/authorize/code-secret.ts';
import { describeFailure } from '../../../src/cli/errors.ts';
import { connector } from '../../support/builders/connector.ts';

const bare = { authorizationCodeSecretRef: undefined };
const nothing = { secretName: undefined, key: undefined };

describe('the Secret for the code', () => {
  it('is the one that the spec references', () => {
    expect(codeSecretFor(connector(), nothing)).toEqual({
      kind: 'referenced',
      secretName: 'crm-code',
      key: 'code',
    });
    const ref = { name: 'x', key: 'y' };
    expect(codeSecretFor(connector({ oauth: { authorizationCodeSecretRef: ref } }), nothing)).toMatchObject({
      secretName: 'x',
      key: 'y',
    });
  });

  it('must not differ from the reference', () => {
    expect(() => codeSecretFor(connector(), { secretName: 'other', key: undefined })).toThrow('crm-code');
    expect(() => codeSecretFor(connector(), { secretName: undefined, key: 'other' })).toThrow('crm-code');
    expect(codeSecretFor(connector(), { secretName: 'crm-code', key: 'code' })).toMatchObject({
      kind: 'referenced',
    });
  });

  it('may be unreferenced, with the command that references it', () => {
    const waiting = connector({ oauth: bare });
    const target = codeSecretFor(waiting, { secretName: 'mine', key: 'the.code' });
    expect(target).toEqual({ kind: 'unreferenced', secretName: 'mine', key: 'the.code' });
    expect(patchCommand(waiting, target)).toBe(
      `kubectl patch ifc crm -n team-a --type merge -p '{"spec":{"oauth":{"authorizationCodeSecretRef":{"name":"mine","key":"the.code"}}}}'`,
    );
    expect(isReferenced(waiting, target)).toBe(false);
    const ref = { name: 'mine', key: 'the.code' };
    expect(isReferenced(connector({ oauth: { authorizationCodeSecretRef: ref } }), target)).toBe(true);
  });

  it('is explained where it is missing: with a start page, a refresh token, or neither', () => {
    const hints = (change: Parameters<typeof connector>[0]): string => {
      try {
        codeSecretFor(connector(change), nothing);
      } catch (error) {
        return describeFailure(error).lines.join('\n');
      }
      throw new Error('a Secret was found');
    };
    const startUrl = 'https://c.example.com/connect/team-a/crm';
    const page = hints({
      oauth: bare,
      status: { authorization: { startUrl, codeSecretName: 'crm-consent-code' } },
    });
    expect(page).toContain(startUrl);
    expect(page).toContain('crm-consent-code');
    const token = hints({ oauth: { ...bare, refreshTokenSecretRef: { name: 'crm-token' } } });
    expect(token).toContain('crm-token');
    expect(token).toContain('"refreshTokenSecretRef":null');
    expect(hints({ oauth: bare })).toContain('--secret crm-code');
  });
});
