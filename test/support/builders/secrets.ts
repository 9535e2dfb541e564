import { LABELS, MANAGED_BY } from '../../../src/api/group.ts';
import type { TextMetadata } from '../../../src/secrets/managed-metadata.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';

/** Values of the Secrets that the connectors of the builders name. */
export const VALUES = {
  clientId: 'client-4f1d',
  clientSecret: 'client-secret-9c2e',
  encryptedKey: 'encrypted-key-77ab',
  code: 'code-1b6f',
  userSecret: 'user-secret-e0d3',
  organizationSecret: 'organization-secret-5a98',
  token: 'instance-token-c41a',
} as const;

/** What differs from a Secret of version "1" that nobody owns. */
export interface SecretChange {
  readonly resourceVersion?: string;
  /** uids of the owners. */
  readonly owners?: readonly string[];
  /** Of a Secret that was read. Absent: those of the operator where there are owners. */
  readonly metadata?: TextMetadata;
  /** Label of the connector of a former owner. */
  readonly leftBy?: string;
}

/** Labels and annotations of a Secret that the operator wrote for the builders' connector. */
export const OWN_METADATA: TextMetadata = {
  labels: { [LABELS.managedBy]: MANAGED_BY, [LABELS.connector]: 'crm' },
  annotations: {},
};

/** A Secret that was read; `values` in clear. */
export function secretRead(
  values: Readonly<Record<string, string>>,
  { resourceVersion = '1', owners = [], metadata }: SecretChange = {},
): SecretFact {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    state: 'read',
    resourceVersion,
    owners,
    metadata: metadata ?? (owners.length > 0 ? OWN_METADATA : { labels: {}, annotations: {} }),
    data: Object.fromEntries(data),
  };
}

/** A Secret of which only the metadata is known. */
export function secretUnread({ resourceVersion = '1', owners = [], leftBy }: SecretChange = {}): SecretFact {
  return { state: 'unread', resourceVersion, owners, leftBy };
}

/** No such Secret, as the API server says. */
export const secretAbsent: SecretFact = { state: 'absent', confirmed: true };

/** No such Secret in the cache, which may lag behind. */
export const secretUnseen: SecretFact = { state: 'absent' };

/** The Secrets of the builders' connector, read. */
export const READ = {
  'crm-oauth': secretRead({ client_id: VALUES.clientId, client_secret: VALUES.clientSecret }),
  'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }),
  'crm-code': secretRead({ code: VALUES.code }),
  'crm-connection': secretAbsent,
} as const satisfies Record<string, SecretFact>;
