import { LEGACY_ELEMENT, REST_ELEMENT } from '../../provider/elements.ts';
import type { ConnectorSpec } from '../connector.ts';
import {
  CONFIGURATION_KEY_MAX_LENGTH,
  CONFIGURATION_KEY_PATTERN,
  REFUSED_KEY_PATTERN,
} from './configuration-keys.ts';
import { CONNECTION_TEMPLATE_RULES } from './connection-template-rules.ts';
import { EVENTS_RULES } from './events-rules.ts';
import { CALLBACK_URL_PATTERN, SERVER_PATTERN } from './hosts.ts';
import { type AnyRule, celPattern, durationRule, matchesRule, rule } from './rules.ts';

const IS_CRM = `(has(self.connector) && self.connector == '${LEGACY_ELEMENT}')`;
const IS_REST = `(has(self.connector) && self.connector == '${REST_ELEMENT}')`;

const isCrm = (spec: ConnectorSpec): boolean => spec.connector === LEGACY_ELEMENT;
const isRest = (spec: ConnectorSpec): boolean => spec.connector === REST_ELEMENT;

/** The fields of each element. infusionsoftrest permits `server`, so that a migration and its rollback are one edit. */
const CONNECTOR_FIELDS: readonly AnyRule[] = [
  rule<ConnectorSpec>({
    // Not `required` in the schema: an object that was stored without it must stay writable and deletable.
    at: 'spec',
    rule: 'has(self.connector)',
    message:
      'is required: set it to infusionsoftrest, or to infusionsoftcrm for an instance that still uses XML-RPC',
    fieldPath: '.connector',
    reason: 'FieldValueRequired',
    holds: (spec) => spec.connector !== undefined,
  }),
  rule<ConnectorSpec>({
    at: 'spec',
    rule: `!${IS_CRM} || has(self.server)`,
    message: 'is required with infusionsoftcrm: set a host name such as dt123.infusionsoft.com',
    fieldPath: '.server',
    reason: 'FieldValueRequired',
    holds: (spec) => !isCrm(spec) || spec.server !== undefined,
  }),
  rule<ConnectorSpec>({
    at: 'spec',
    rule: `!${IS_CRM} || has(self.encryptedKeySecretRef)`,
    message: 'is required with infusionsoftcrm: set the Secret with the Encrypted Key',
    fieldPath: '.encryptedKeySecretRef',
    reason: 'FieldValueRequired',
    holds: (spec) => !isCrm(spec) || spec.encryptedKeySecretRef !== undefined,
  }),
  rule<ConnectorSpec>({
    at: 'spec',
    rule: `!${IS_REST} || !has(self.encryptedKeySecretRef)`,
    message: 'is forbidden with infusionsoftrest, which uses OAuth only: remove it',
    fieldPath: '.encryptedKeySecretRef',
    reason: 'FieldValueForbidden',
    holds: (spec) => !isRest(spec) || spec.encryptedKeySecretRef === undefined,
  }),
];

const FORMATS: readonly AnyRule[] = [
  matchesRule({
    at: 'spec.server',
    pattern: SERVER_PATTERN,
    message:
      'must be a lower-case host name without scheme, port, path or IP address, such as dt123.infusionsoft.com',
  }),
  matchesRule({
    at: 'spec.oauth.callbackUrl',
    pattern: CALLBACK_URL_PATTERN,
    message: 'must be an https URL with a lower-case host name, without user or fragment',
  }),
  matchesRule({
    at: 'spec.instance.name',
    pattern: /^[A-Za-z0-9](( ?[A-Za-z0-9._-])* ?[A-Za-z0-9])?$/,
    message:
      'must consist of letters, digits, single spaces, dots, hyphens and underscores and start and end with a letter or digit',
  }),
  matchesRule({
    at: 'spec.instance.tags[*]',
    pattern: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    message:
      'must consist of letters, digits, dots, hyphens and underscores and start and end with a letter or digit',
  }),
  rule<string>({
    at: 'spec.instance.tags[*]',
    rule: "!self.matches('^[kK]8[sS]-')",
    message: 'must not start with k8s- in any case, which is reserved for the operator',
    reason: 'FieldValueForbidden',
    holds: (tag) => !/^[kK]8[sS]-/.test(tag),
  }),
];

const CONFIGURATION: readonly AnyRule[] = [
  rule<Readonly<Record<string, string>>>({
    at: 'spec.instance.configuration',
    rule: `self.all(key, key.matches(${celPattern(CONFIGURATION_KEY_PATTERN)}) && size(key) <= ${CONFIGURATION_KEY_MAX_LENGTH})`,
    message: `must have keys of up to ${CONFIGURATION_KEY_MAX_LENGTH} letters, digits, dots, hyphens and underscores`,
    holds: (configuration) =>
      Object.keys(configuration).every(
        (key) => CONFIGURATION_KEY_PATTERN.test(key) && key.length <= CONFIGURATION_KEY_MAX_LENGTH,
      ),
  }),
  rule<Readonly<Record<string, string>>>({
    at: 'spec.instance.configuration',
    rule: `self.all(key, !key.lowerAscii().matches(${celPattern(REFUSED_KEY_PATTERN)}))`,
    message: 'must not have keys for credentials, URLs or OAuth: use the fields of the spec',
    reason: 'FieldValueForbidden',
    holds: (configuration) =>
      !Object.keys(configuration).some((key) => REFUSED_KEY_PATTERN.test(key.toLowerCase())),
  }),
];

/** Every rule on an InfusionsoftConnector beyond its schema. */
export const CONNECTOR_RULES: readonly AnyRule[] = [
  ...CONNECTOR_FIELDS,
  rule<ConnectorSpec['oauth']>({
    at: 'spec.oauth',
    rule: '!(has(self.authorizationCodeSecretRef) && has(self.refreshTokenSecretRef))',
    message: 'must not have both authorizationCodeSecretRef and refreshTokenSecretRef: remove one',
    holds: (oauth) =>
      oauth.authorizationCodeSecretRef === undefined || oauth.refreshTokenSecretRef === undefined,
  }),
  rule<ConnectorSpec>({
    // On the parent, so that the removal of the field is a change.
    at: 'spec',
    rule: '!has(oldSelf.instance) || !has(oldSelf.instance.importId) || (has(self.instance) && has(self.instance.importId) && self.instance.importId == oldSelf.instance.importId)',
    message: 'is immutable: create the resource again to adopt another instance',
    fieldPath: '.instance.importId',
    transition: true,
    holds: (spec, old) =>
      old.instance?.importId === undefined || spec.instance?.importId === old.instance.importId,
  }),
  ...FORMATS,
  durationRule({ at: 'spec.replacement.retainFor', min: '0s', max: '720h', examples: '24h or 1h30m' }),
  ...CONFIGURATION,
  ...CONNECTION_TEMPLATE_RULES,
  ...EVENTS_RULES,
];
