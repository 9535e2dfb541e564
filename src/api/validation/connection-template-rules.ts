import { ACCOUNT_CREDENTIAL_KEYS, CONNECTION_KEYS } from '../connection-template.ts';
import type { ConnectorSpec } from '../connector.ts';
import { type AnyRule, celPattern, rule } from './rules.ts';

/** The longest key of a label or an annotation in the template. */
const METADATA_KEY_MAX_LENGTH = 128;

/** The longest key of a Secret. */
const SECRET_KEY_MAX_LENGTH = 253;

const PREFIX_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** The syntax of a key of a label or an annotation, with or without prefix. */
export const METADATA_KEY_PATTERN = new RegExp(
  `^(${PREFIX_LABEL}([.]${PREFIX_LABEL})*/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`,
);

/** Keys that no setting can allow: other controllers and the operator itself act on them. */
export const REFUSED_METADATA_PATTERN =
  /^([^/]*(kubernetes|k8s|fluxcd)[.]io|([^/]*[.])?(argocd[.]argoproj[.]io|openconnectors[.]dev|servicebinding[.]io))[/]/;

/** A key of a Secret. A leading dot is refused, as the API server refuses `.` and `..`. */
const TEMPLATE_KEY_PATTERN = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

type TextMap = Readonly<Record<string, string>>;

const METADATA_RULES = ['labels', 'annotations'].flatMap((field): AnyRule[] => [
  rule<TextMap>({
    at: `spec.connectionSecretTemplate.metadata.${field}`,
    rule: `self.all(key, key.matches(${celPattern(METADATA_KEY_PATTERN)}) && size(key) <= ${METADATA_KEY_MAX_LENGTH})`,
    message: `must have keys in the form prefix/name or name, of at most ${METADATA_KEY_MAX_LENGTH} characters`,
    holds: (map) =>
      Object.keys(map).every(
        (key) => METADATA_KEY_PATTERN.test(key) && key.length <= METADATA_KEY_MAX_LENGTH,
      ),
  }),
  rule<TextMap>({
    at: `spec.connectionSecretTemplate.metadata.${field}`,
    rule: `self.all(key, !key.matches(${celPattern(REFUSED_METADATA_PATTERN)}))`,
    message: 'must not have a prefix that other controllers use, such as kubernetes.io: remove it',
    reason: 'FieldValueForbidden',
    holds: (map) => !Object.keys(map).some((key) => REFUSED_METADATA_PATTERN.test(key)),
  }),
]);

/** The rules on `spec.connectionSecretTemplate`. */
export const CONNECTION_TEMPLATE_RULES: readonly AnyRule[] = [
  ...METADATA_RULES,
  rule<TextMap>({
    at: 'spec.connectionSecretTemplate.keys',
    rule: `self.all(key, key.matches(${celPattern(TEMPLATE_KEY_PATTERN)}) && size(key) <= ${SECRET_KEY_MAX_LENGTH})`,
    message: 'must have keys of up to 253 letters, digits, "-", "_" and ".", and no dot at the start',
    holds: (map) =>
      Object.keys(map).every((key) => TEMPLATE_KEY_PATTERN.test(key) && key.length <= SECRET_KEY_MAX_LENGTH),
  }),
  rule<TextMap>({
    at: 'spec.connectionSecretTemplate.keys',
    rule: `self.all(key, !(key in ${celList(CONNECTION_KEYS)}))`,
    message: 'must not have a standard key of the connection Secret: use another name',
    reason: 'FieldValueForbidden',
    holds: (map) => !Object.keys(map).some((key) => CONNECTION_KEYS.some((standard) => standard === key)),
  }),
  rule<ConnectorSpec>({
    at: 'spec',
    rule: `!has(self.connectionSecretTemplate) || !has(self.connectionSecretTemplate.keys) || (has(self.includeAccountCredentials) && self.includeAccountCredentials) || self.connectionSecretTemplate.keys.all(key, !(self.connectionSecretTemplate.keys[key] in ${celList(ACCOUNT_CREDENTIAL_KEYS)}))`,
    message:
      'must not repeat credentials of the account without includeAccountCredentials: set it, or remove them',
    fieldPath: '.connectionSecretTemplate.keys',
    holds: (spec) =>
      spec.includeAccountCredentials === true ||
      !Object.values(spec.connectionSecretTemplate?.keys ?? {}).some((key) =>
        ACCOUNT_CREDENTIAL_KEYS.includes(key),
      ),
  }),
];

/** Whether the setting ALLOWED_SECRET_METADATA names `key`: as it is, or by its prefix in an entry `prefix/*`. */
export function isAllowedMetadata(key: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => (entry.endsWith('/*') ? key.startsWith(entry.slice(0, -1)) : key === entry));
}

function celList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}
