import type { AccountSpec } from '../account.ts';
import { BASE_URL_PATTERN } from './hosts.ts';
import { type AnyRule, durationRule, matchesRule, rule } from './rules.ts';

/** Every rule on an OpenConnectorsAccount beyond its schema. */
export const ACCOUNT_RULES: readonly AnyRule[] = [
  rule<AccountSpec>({
    at: 'spec',
    rule: 'self.baseUrl == oldSelf.baseUrl',
    message: 'is immutable: create another OpenConnectorsAccount',
    fieldPath: '.baseUrl',
    transition: true,
    holds: (spec, old) => spec.baseUrl === old.baseUrl,
  }),
  matchesRule({
    at: 'spec.baseUrl',
    pattern: BASE_URL_PATTERN,
    message:
      'must be an https URL with a lower-case host name, without user, query or fragment, such as https://api.openconnectors.us2.ext.hana.ondemand.com',
  }),
  durationRule({ at: 'spec.inventoryInterval', min: '1m', max: '24h', examples: '10m or 1h30m' }),
];
