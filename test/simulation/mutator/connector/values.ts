import type { Spec, Values } from '../kind.ts';
import { OTHER_ACCOUNT, OTHER_SERVER, STRICT_SERVER, TAKEN_SECRET } from './bases.ts';

/** Other valid values of fields that the schema does not enumerate. */
const VALID: Readonly<Record<string, readonly unknown[]>> = {
  'spec.accountRef.name': [OTHER_ACCOUNT],
  'spec.server': [OTHER_SERVER],
  'spec.oauth.clientSecretRef.name': ['client-2'],
  'spec.oauth.clientSecretRef.clientIdKey': ['id-2'],
  'spec.oauth.clientSecretRef.clientSecretKey': ['secret-2'],
  'spec.oauth.callbackUrl': ['https://connect.example.com/other'],
  'spec.oauth.scope': ['full other'],
  'spec.instance.name': ['Sales 2'],
  'spec.instance.tags': [['team-2', 'team-sales'], []],
  'spec.instance.configuration': [{ 'filter.response.nulls': 'true', 'pagination.max': '150' }],
  'spec.events.callbackUrl': ['https://events.example.com/y'],
  'spec.events.pollInterval': ['1h'],
  'spec.events.resources': [['orders', 'contacts']],
  'spec.connectionSecretRef.name': ['binding-2'],
  'spec.replacement.retainFor': ['1h'],
  'spec.connectionSecretTemplate.metadata.labels': [{ 'reloader.stakater.com/team': 'other' }, {}],
  'spec.connectionSecretTemplate.metadata.annotations': [{ 'reloader.stakater.com/x': 'y' }, {}],
  'spec.connectionSecretTemplate.keys': [{ TOKEN: 'element-token', USER: 'user-secret' }, {}],
  'spec.ignoreDrift': [['configuration.pagination.max'], []],
};

/** Values that the schema accepts and the operator refuses. */
const ACCEPTED: Readonly<Record<string, readonly unknown[]>> = {
  'spec.accountRef.name': ['no-such', 'spare', 'elsewhere'],
  'spec.server': ['crm.elsewhere.example.com', STRICT_SERVER],
  'spec.instance.configuration': [{ 'no.such.property': 'x', 'pagination.max': '120' }],
  'spec.events.callbackUrl': ['https://elsewhere.example.com/x'],
  'spec.connectionSecretRef.name': [TAKEN_SECRET],
  'spec.connectionSecretTemplate.metadata.labels': [{ 'elsewhere.example.com/x': 'y' }],
  'spec.connectionSecretTemplate.metadata.annotations': [{ 'elsewhere.example.com/x': 'y' }],
};

/** Values that break the rules (CEL) of a field or of one of its items. */
const BROKEN_RULES: Readonly<Record<string, readonly unknown[]>> = {
  'spec.server': ['https://crm-1.infusionsoft.com'],
  'spec.oauth.callbackUrl': ['http://connect.example.com/x'],
  'spec.instance.name': ['two  spaces'],
  'spec.instance.tags': [['-x'], ['k8s-x']],
  'spec.instance.configuration': [{ ' ': 'x' }, { 'oauth.api.key': 'x' }],
  'spec.events.callbackUrl': ['http://events.example.com/x'],
  'spec.events.pollInterval': ['90s'],
  'spec.replacement.retainFor': ['721h'],
  'spec.connectionSecretTemplate.metadata.labels': [{ 'a b': 'x' }, { 'app.kubernetes.io/name': 'x' }],
  'spec.connectionSecretTemplate.metadata.annotations': [{ 'a b': 'x' }, { 'argocd.argoproj.io/x': 'x' }],
  'spec.connectionSecretTemplate.keys': [{ '.x': 'uri' }, { uri: 'uri' }],
};

/** Fields whose other value needs others beside it. */
const BESIDE: Readonly<Record<string, Spec>> = {
  'spec.connector=infusionsoftrest': { encryptedKeySecretRef: undefined },
  'spec.connector=infusionsoftcrm': {
    server: OTHER_SERVER,
    encryptedKeySecretRef: { name: 'key', key: 'key' },
    events: undefined,
  },
};

/** Values of the fields of a connector. */
export const CONNECTOR_VALUES: Values = {
  valid({ path, schema }, current) {
    const { type } = schema;
    const choices = schema['enum'];
    const name = /\.[a-z]+SecretRef\.(name|key)$/i.test(path) && typeof current === 'string';
    return (
      VALID[path] ??
      (Array.isArray(choices)
        ? choices.filter((choice) => choice !== current)
        : type === 'boolean'
          ? [current !== true]
          : name
            ? [`${current}-2`]
            : [])
    );
  },
  accepted({ path }) {
    const isReference =
      /SecretRef\.(name|key|[a-zA-Z]+Key)$/.test(path) && path !== 'spec.connectionSecretRef.name';
    return ACCEPTED[path] ?? (isReference ? ['no-such'] : []);
  },
  broken: ({ path }) => BROKEN_RULES[path] ?? [],
  beside: (path, value) => BESIDE[`${path}=${String(value)}`] ?? {},
};
