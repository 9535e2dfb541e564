import type { ConnectorSpec } from '../connector.ts';
import {
  CONFIGURATION_KEY_MAX_LENGTH,
  CONFIGURATION_KEY_PATTERN,
  REFUSED_KEY_PATTERN,
} from './configuration-keys.ts';
import { CALLBACK_URL_PATTERN, SERVER_PATTERN } from './hosts.ts';
import { type AnyRule, celPattern, matchesRule, rule } from './rules.ts';

const IS_CRM = "(has(self.connector) && self.connector == 'infusionsoftcrm')";
const IS_REST = "(has(self.connector) && self.connector == 'infusionsoftrest')";

const isCrm = (spec: ConnectorSpec): boolean => spec.connector === 'infusionsoftcrm';
const isRest = (spec: ConnectorSpec): boolean => spec.connector === 'infusionsoftrest';

/** What belongs to which connector. `server` may stay with infusionsoftrest, which does not use it, so that a move there and back is one edit. */
const CONNECTOR_FIELDS: readonly AnyRule[] = [
  rule<ConnectorSpec>({
    // Not `required` in the schema: an object that was stored without it has to stay writable and deletable.
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
    message:
      'is required with spec.connector infusionsoftcrm: set it to the host name of the Infusionsoft account, such as dt123.infusionsoft.com',
    fieldPath: '.server',
    reason: 'FieldValueRequired',
    holds: (spec) => !isCrm(spec) || spec.server !== undefined,
  }),
  rule<ConnectorSpec>({
    at: 'spec',
    rule: `!${IS_CRM} || has(self.encryptedKeySecretRef)`,
    message: 'is required with spec.connector infusionsoftcrm: name the Secret that holds the Encrypted Key',
    fieldPath: '.encryptedKeySecretRef',
    reason: 'FieldValueRequired',
    holds: (spec) => !isCrm(spec) || spec.encryptedKeySecretRef !== undefined,
  }),
  rule<ConnectorSpec>({
    at: 'spec',
    rule: `!${IS_REST} || !has(self.encryptedKeySecretRef)`,
    message: 'is refused with spec.connector infusionsoftrest, which uses OAuth alone: remove it',
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
      'must be a host name in lower case, such as dt123.infusionsoft.com, without https://, port or path, and no IP address',
  }),
  matchesRule({
    at: 'spec.oauth.callbackUrl',
    pattern: CALLBACK_URL_PATTERN,
    message:
      'must be an https URL with a host name in lower case, without user name and fragment: use the redirect URL that is registered at Keap',
  }),
  matchesRule({
    at: 'spec.instance.name',
    pattern: /^[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$/,
    message:
      'may hold letters, digits, spaces and the characters . _ - only, and must start and end with a letter or a digit: Open Connectors removes HTML from names, and others could come back changed',
  }),
  matchesRule({
    at: 'spec.instance.tags[*]',
    pattern: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    message:
      'may hold letters, digits and the characters . _ - only, and must start and end with a letter or a digit: change the tag',
  }),
  rule<string>({
    at: 'spec.instance.tags[*]',
    rule: "!self.matches('^[kK]8[sS]-')",
    message:
      "must not start with k8s-, in upper or lower case: these tags are the operator's own; choose another one",
    reason: 'FieldValueForbidden',
    holds: (tag) => !/^[kK]8[sS]-/.test(tag),
  }),
];

const CONFIGURATION: readonly AnyRule[] = [
  rule<Readonly<Record<string, string>>>({
    at: 'spec.instance.configuration',
    rule: `self.all(key, key.matches(${celPattern(CONFIGURATION_KEY_PATTERN)}) && size(key) <= ${CONFIGURATION_KEY_MAX_LENGTH})`,
    message: `may have keys of letters, digits and the characters . _ - only, that start with a letter or a digit and have at most ${CONFIGURATION_KEY_MAX_LENGTH} characters: correct the key`,
    holds: (configuration) =>
      Object.keys(configuration).every(
        (key) => CONFIGURATION_KEY_PATTERN.test(key) && key.length <= CONFIGURATION_KEY_MAX_LENGTH,
      ),
  }),
  rule<Readonly<Record<string, string>>>({
    at: 'spec.instance.configuration',
    rule: `self.all(key, !key.lowerAscii().matches(${celPattern(REFUSED_KEY_PATTERN)}))`,
    message:
      'must not have keys that carry credentials, addresses or the settings of OAuth (such as oauth.*, infusionsoft.*, base.url, *.callback.url, and names with secret, token, password or key): remove them, and put secrets into the Secrets that the spec names',
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
    message: 'may have one of authorizationCodeSecretRef and refreshTokenSecretRef, not both: remove one',
    holds: (oauth) =>
      oauth.authorizationCodeSecretRef === undefined || oauth.refreshTokenSecretRef === undefined,
  }),
  rule<ConnectorSpec>({
    // On the parent, so that removing the field counts as a change of it.
    at: 'spec',
    rule: '!has(oldSelf.instance) || !has(oldSelf.instance.importId) || (has(self.instance) && has(self.instance.importId) && self.instance.importId == oldSelf.instance.importId)',
    message:
      'cannot be changed or removed once it is set: create the resource again to adopt another instance',
    fieldPath: '.instance.importId',
    transition: true,
    holds: (spec, old) =>
      old.instance?.importId === undefined || spec.instance?.importId === old.instance.importId,
  }),
  ...FORMATS,
  ...CONFIGURATION,
];
