import type { z } from 'zod';
import { isRecord } from '../kube/client/object.ts';
import { type AccountStatus, accountStatusSchema, type OpenConnectorsAccount } from './account.ts';
import { type ConnectorStatus, connectorStatusSchema, type InfusionsoftConnector } from './connector.ts';
import { ACCOUNT_NAMES, API_VERSION, CONNECTOR_NAMES } from './group.ts';
import { objectMetaSchema } from './metadata.ts';

/**
 * Parses an InfusionsoftConnector of the API server. Throws for invalid metadata; an invalid status counts as absent;
 * `spec` is an object of any form until `validateConnector` has checked it.
 */
export function parseConnector(object: unknown): InfusionsoftConnector {
  const parts = parse<InfusionsoftConnector['spec'], ConnectorStatus>(object, connectorStatusSchema);
  return { apiVersion: API_VERSION, kind: CONNECTOR_NAMES.kind, ...parts };
}

/** Parses an OpenConnectorsAccount in the same way; `validateAccount` checks `spec`. */
export function parseAccount(object: unknown): OpenConnectorsAccount {
  const parts = parse<OpenConnectorsAccount['spec'], AccountStatus>(object, accountStatusSchema);
  return { apiVersion: API_VERSION, kind: ACCOUNT_NAMES.kind, ...parts };
}

function parse<Spec, Status>(object: unknown, statusSchema: z.ZodType<Status>) {
  const { metadata, spec, status }: Record<string, unknown> = isRecord(object) ? object : {};
  const parsed = statusSchema.safeParse(status);
  return {
    metadata: objectMetaSchema.parse(metadata),
    spec: (isRecord(spec) ? spec : {}) as Spec,
    ...(parsed.success && { status: parsed.data }),
  };
}
