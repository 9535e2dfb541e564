import { expect, it } from 'vitest';
import {
  type DefaultAccountSettings,
  defaultAccountFor,
  defaultAccountOf,
} from '../../../src/ownership/default-account.ts';

const URL = 'https://api.openconnectors.us2.ext.hana.ondemand.com';

it.each<[string, Partial<DefaultAccountSettings>, string | undefined]>([
  ['serves a namespace of the setting', { defaultAccountNamespaces: ['team-a', 'team-b'] }, URL],
  ['serves all namespaces', { defaultAccountNamespaces: '*' }, URL],
  ['serves no other namespace', { defaultAccountNamespaces: ['team-b'] }, undefined],
  ['serves no namespace without an address', { defaultAccountUrl: undefined }, undefined],
])('the default account %s', (_what, change, baseUrl) => {
  const settings = { defaultAccountUrl: URL, defaultAccountNamespaces: '*', ...change } as const;
  const expected = baseUrl === undefined ? undefined : defaultAccountOf(baseUrl);
  expect(defaultAccountFor(settings, 'team-a')).toEqual(expected);
});
