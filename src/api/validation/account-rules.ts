import type { AccountSpec } from '../account.ts';
import { INVENTORY_INTERVAL } from '../defaults.ts';
import { DURATION_PATTERN, parseDuration } from '../duration.ts';
import { BASE_URL_PATTERN } from './hosts.ts';
import { type AnyRule, celPattern, matchesRule, rule } from './rules.ts';

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
  rule<string>({
    at: 'spec.inventoryInterval',
    rule: `self.matches(${celPattern(DURATION_PATTERN)}) && duration(self) >= duration('1m') && duration(self) <= duration('24h')`,
    message: 'must be a duration from 1m to 24h, such as 10m or 1h30m',
    holds: (interval) => {
      const length = parseDuration(interval);
      return length !== undefined && length >= INVENTORY_INTERVAL.min && length <= INVENTORY_INTERVAL.max;
    },
  }),
];
