import { configKeyProblems } from '../names.ts';
import { type KubeObject, objectOf, omit, sameJson, stringOf } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { mapOf, optionalBoolean, text } from '../schema.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue, tooLong } from '../status.ts';
import { ageColumn } from './columns.ts';
import { defineBuiltin } from './define.ts';

const dataBytes = 1024 * 1024;

/** Keys that the data of some types of Secrets must have. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** Of which `kubernetes.io/basic-auth` needs one. */
const BASIC_AUTH_KEYS = ['username', 'password'] as const;

/** `v1` Secrets. */
export const secrets: ResourceType = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  fields: {
    data: mapOf({ type: 'string', format: 'byte' }),
    stringData: mapOf(text),
    type: text,
    immutable: optionalBoolean,
  },
  wire: { data: 2, type: 3, stringData: 4, immutable: 5 },
  selectable: { type: (secret) => stringOf(secret['type']) },
  columns: [
    { name: 'Type', type: 'string', cell: (secret) => secret['type'] },
    { name: 'Data', type: 'string', cell: (secret) => Object.keys(objectOf(secret['data'])).length },
    ageColumn,
  ],
  toStored: (secret) => withStringData({ type: 'Opaque', ...secret }),
  strategy: {
    validateCreate: secretCauses,
    validateUpdate: (next, current) => [...immutableCauses(next, current), ...secretCauses(next)],
  },
});

/** stringData is write-only and merged into data. */
function withStringData(secret: KubeObject): KubeObject {
  const plain = objectOf(secret['stringData']);
  if (Object.keys(plain).length === 0) {
    return omit(secret, 'stringData') as KubeObject;
  }
  const encoded = Object.entries(plain).map(
    ([key, value]) => [key, Buffer.from(stringOf(value)).toString('base64')] as const,
  );
  const data = { ...objectOf(secret['data']), ...Object.fromEntries(encoded) };
  return { ...(omit(secret, 'stringData') as KubeObject), data };
}

function secretCauses(secret: KubeObject): Cause[] {
  const data = objectOf(secret['data']);
  const causes = Object.keys(data).flatMap((key) =>
    configKeyProblems(key).map((problem) => invalidValue(`data[${key}]`, key, problem)),
  );
  const size = Object.values(data).reduce<number>(
    (total, value) => total + Buffer.byteLength(stringOf(value), 'base64'),
    0,
  );
  if (size > dataBytes) {
    causes.push(tooLong('data', dataBytes));
  }
  const isBasic = secret['type'] === 'kubernetes.io/basic-auth';
  if (isBasic && !BASIC_AUTH_KEYS.some((key) => Object.hasOwn(data, key))) {
    causes.push(...BASIC_AUTH_KEYS.map((key) => requiredValue(`data[${key}]`)));
  }
  for (const key of requiredKeys[stringOf(secret['type'])] ?? []) {
    if (!Object.hasOwn(data, key)) {
      causes.push(requiredValue(`data[${key}]`));
    }
  }
  return causes;
}

/** The fields that `immutable: true` protects, and the type, which is always immutable. */
function immutableCauses(next: KubeObject, current: KubeObject): Cause[] {
  const causes =
    next['type'] === current['type'] ? [] : [invalidValue('type', next['type'], 'field is immutable')];
  return [...causes, ...frozenCauses(next, current, ['data'])];
}

/** For Secrets and ConfigMaps with `immutable: true`. */
export function frozenCauses(next: KubeObject, current: KubeObject, fields: readonly string[]): Cause[] {
  if (current['immutable'] !== true) {
    return [];
  }
  const why = 'field is immutable when `immutable` is set';
  const causes = next['immutable'] === true ? [] : [forbiddenValue('immutable', why)];
  for (const field of fields) {
    if (!sameJson(next[field], current[field])) {
      causes.push(forbiddenValue(field, why));
    }
  }
  return causes;
}
