import { isRecord } from '../kube/client/object.ts';
import { accountStatusSchema, type OpenConnectorsAccount } from './account.ts';
import { connectorStatusSchema, type InfusionsoftConnector } from './connector.ts';
import { ACCOUNT_NAMES, API_VERSION, CONNECTOR_NAMES } from './group.ts';
import { objectMetaSchema } from './metadata.ts';

/**
 * Parses an InfusionsoftConnector of the API server. Throws for invalid metadata; an invalid status counts as absent;
 * `spec` is an object of any form until `validateConnector` has checked it.
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

/** Parses an OpenConnectorsAccount in the same way; `validateAccount` checks `spec`. */
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
