import { isRecord } from '../kube/client/object.ts';
import { accountStatusSchema, type OpenConnectorsAccount } from './account.ts';
import { connectorStatusSchema, type InfusionsoftConnector } from './connector.ts';
import { ACCOUNT_NAMES, API_VERSION, CONNECTOR_NAMES } from './group.ts';
import { objectMetaSchema } from './metadata.ts';

/**
 * An InfusionsoftConnector as the API server sent it. Metadata must be what Kubernetes promises (throws otherwise); a
 * status that cannot be read counts as none; `spec` is only known to be an object until `validateConnector` says more.
 */
export function parseConnector(object: unknown): InfusionsoftConnector {
  const { metadata, spec, status } = fields(object);
  const parsed = connectorStatusSchema.safeParse(status);
  return {
    apiVersion: API_VERSION,
    kind: CONNECTOR_NAMES.kind,
    metadata: objectMetaSchema.parse(metadata),
    spec: spec as InfusionsoftConnector['spec'],
    ...(parsed.success && { status: parsed.data }),
  };
}

/** An OpenConnectorsAccount, in the same way; `validateAccount` says whether `spec` is one. */
export function parseAccount(object: unknown): OpenConnectorsAccount {
  const { metadata, spec, status } = fields(object);
  const parsed = accountStatusSchema.safeParse(status);
  return {
    apiVersion: API_VERSION,
    kind: ACCOUNT_NAMES.kind,
    metadata: objectMetaSchema.parse(metadata),
    spec: spec as OpenConnectorsAccount['spec'],
    ...(parsed.success && { status: parsed.data }),
  };
}

function fields(object: unknown): {
  readonly metadata: unknown;
  readonly spec: Record<string, unknown>;
  readonly status: unknown;
} {
  const record = isRecord(object) ? object : {};
  return {
    metadata: record['metadata'],
    spec: isRecord(record['spec']) ? record['spec'] : {},
    status: record['status'],
  };
}
