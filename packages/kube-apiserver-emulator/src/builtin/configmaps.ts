import { configKeyProblems } from '../names.ts';
import { type KubeObject, objectOf, stringOf } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { mapOf, optionalBoolean, text } from '../schema.ts';
import { type Cause, invalidValue, tooLong } from '../status.ts';
import { ageColumn } from './columns.ts';
import { defineBuiltin } from './define.ts';
import { frozenCauses } from './secrets.ts';

const totalBytes = 1024 * 1024;

/** `v1` ConfigMaps. */
export const configMaps: ResourceType = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  fields: {
    data: mapOf(text),
    binaryData: mapOf({ type: 'string', format: 'byte' }),
    immutable: optionalBoolean,
  },
  wire: { data: 2, binaryData: 3, immutable: 4 },
  columns: [
    {
      name: 'Data',
      type: 'string',
      cell: (map) =>
        Object.keys(objectOf(map['data'])).length + Object.keys(objectOf(map['binaryData'])).length,
    },
    ageColumn,
  ],
  strategy: {
    validateCreate: configMapCauses,
    validateUpdate: (next, current) => [
      ...frozenCauses(next, current, ['data', 'binaryData']),
      ...configMapCauses(next),
    ],
  },
});

function configMapCauses(map: KubeObject): Cause[] {
  const data = objectOf(map['data']);
  const binary = objectOf(map['binaryData']);
  const causes = [
    ...Object.keys(data).flatMap((key) => [
      ...configKeyProblems(key).map((problem) => invalidValue(`data[${key}]`, key, problem)),
      ...(Object.hasOwn(binary, key)
        ? [invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')]
        : []),
    ]),
    ...Object.keys(binary).flatMap((key) =>
      configKeyProblems(key).map((problem) => invalidValue(`binaryData[${key}]`, key, problem)),
    ),
  ];
  const size = [
    ...Object.values(data).map((value) => Buffer.byteLength(stringOf(value))),
    ...Object.values(binary).map((value) => Buffer.byteLength(stringOf(value), 'base64')),
  ].reduce((total, bytes) => total + bytes, 0);
  return size > totalBytes ? [...causes, tooLong('', totalBytes)] : causes;
}
