import type { ResourceType } from '../resource-type.ts';
import { listOf, optionalBoolean, struct, text } from '../schema.ts';
import { ageColumn } from './columns.ts';
import { defineBuiltin } from './define.ts';

const secretReference = struct(
  {
    kind: text,
    namespace: text,
    name: text,
    uid: text,
    apiVersion: text,
    resourceVersion: text,
    fieldPath: text,
  },
  undefined,
  { kind: 1, namespace: 2, name: 3, uid: 4, apiVersion: 5, resourceVersion: 6, fieldPath: 7 },
);

/** `v1` ServiceAccounts. Tokens of them are made by their subresource `token`. */
export const serviceAccounts: ResourceType = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  subresources: ['token'],
  fields: {
    secrets: listOf(secretReference, 'name'),
    imagePullSecrets: listOf(
      struct({ name: text }, 'io.k8s.api.core.v1.LocalObjectReference', { name: 1 }),
      'name',
    ),
    automountServiceAccountToken: optionalBoolean,
  },
  wire: { secrets: 2, imagePullSecrets: 3, automountServiceAccountToken: 4 },
  columns: [
    {
      name: 'Secrets',
      type: 'string',
      cell: (account) => (Array.isArray(account['secrets']) ? account['secrets'].length : 0),
    },
    ageColumn,
  ],
});
