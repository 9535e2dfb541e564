import { REST_ELEMENT } from '../../provider/elements.ts';
import type { ConnectorSpec } from '../connector.ts';
import { POLL_INTERVAL_PATTERN } from '../events.ts';
import { CALLBACK_URL_PATTERN } from './hosts.ts';
import { type AnyRule, matchesRule, rule } from './rules.ts';

/** The rules on `spec.events`. */
export const EVENTS_RULES: readonly AnyRule[] = [
  rule<ConnectorSpec>({
    at: 'spec',
    rule: `!has(self.events) || !has(self.connector) || self.connector == '${REST_ELEMENT}'`,
    message: 'is forbidden with infusionsoftcrm, which has no events: remove it',
    fieldPath: '.events',
    reason: 'FieldValueForbidden',
    holds: (spec) =>
      spec.events === undefined || spec.connector === undefined || spec.connector === REST_ELEMENT,
  }),
  rule<ConnectorSpec>({
    at: 'spec',
    rule: "!has(self.events) || !has(self.instance) || !has(self.instance.configuration) || self.instance.configuration.all(key, !key.lowerAscii().startsWith('event.'))",
    message: 'must not have event keys together with spec.events: remove them',
    fieldPath: '.instance.configuration',
    reason: 'FieldValueForbidden',
    holds: (spec) =>
      spec.events === undefined ||
      !Object.keys(spec.instance?.configuration ?? {}).some((key) => key.toLowerCase().startsWith('event.')),
  }),
  matchesRule({
    at: 'spec.events.callbackUrl',
    pattern: CALLBACK_URL_PATTERN,
    message: 'must be an https URL with a lower-case host name, without user or fragment',
  }),
  matchesRule({
    at: 'spec.events.pollInterval',
    pattern: POLL_INTERVAL_PATTERN,
    message: 'must be whole minutes, such as 15m or 1h30m',
  }),
];
