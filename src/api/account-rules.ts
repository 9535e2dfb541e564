import type { AccountSpec } from './account.ts';
import { BASE_URL_PATTERN } from './hosts.ts';
import { type AnyRule, matchesRule, rule } from './rules.ts';

/** Every rule on an OpenConnectorsAccount beyond its schema. */
export const ACCOUNT_RULES: readonly AnyRule[] = [
  rule<AccountSpec>({
    at: 'spec',
    rule: 'self.baseUrl == oldSelf.baseUrl',
    message:
      'cannot be changed, because instances belong to it: create another OpenConnectorsAccount instead',
    fieldPath: '.baseUrl',
    transition: true,
    holds: (spec, old) => spec.baseUrl === old.baseUrl,
  }),
  matchesRule({
    at: 'spec.baseUrl',
    pattern: BASE_URL_PATTERN,
    message:
      'must be an https URL with a host name in lower case, without user name, query, fragment and IP address, such as https://api.openconnectors.us2.ext.hana.ondemand.com',
  }),
];
