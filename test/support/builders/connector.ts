import type { Condition } from '../../../src/api/condition.ts';
import type { ConnectorSpec, ConnectorStatus, InfusionsoftConnector } from '../../../src/api/connector.ts';
import { ANNOTATIONS, API_VERSION, CONNECTOR_NAMES, FINALIZER } from '../../../src/api/group.ts';
import type { ObjectMeta } from '../../../src/api/metadata.ts';
import type { Reason } from '../../../src/api/reasons.ts';
import { digestOf, formatRecord, type WriteAheadRecord } from '../../../src/ownership/write-ahead-record.ts';
import { type Change, changed } from './changed.ts';
import { printOf } from './fingerprints.ts';
import { VALUES } from './secrets.ts';
import { at, second } from './time.ts';

/** uid of the builders' connector. */
export const UID = '3f0c9a52-7d51-4c1e-9b36-0a4be1c7f2d8';

/** The account that the builders' connector was made with. */
export const ACCOUNT = {
  uid: 'a1b9c6f0-53f4-4a7e-8e0d-2f9c1f7b6d11',
  baseUrl: 'https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2',
  organizationId: '5211',
} as const;

/** The callback URL that the builders' connector names. */
export const CALLBACK = 'https://connect.example.com/oauth/callback';

/** What differs from a new connector `team-a/crm` with everything in its spec. */
export interface ConnectorChange {
  readonly spec?: Change<ConnectorSpec>;
  readonly oauth?: Change<ConnectorSpec['oauth']>;
  readonly metadata?: Change<ObjectMeta>;
  /** By their short names; `attempt` as text. */
  readonly annotations?: Partial<Record<keyof typeof ANNOTATIONS, string>>;
  readonly status?: ConnectorStatus | undefined;
}

/** A connector that nobody has seen yet. */
export function connector(change: ConnectorChange = {}): InfusionsoftConnector {
  const annotations = Object.entries(change.annotations ?? {}).map(([key, value]) => [
    ANNOTATIONS[key as keyof typeof ANNOTATIONS],
    value,
  ]);
  return changed<InfusionsoftConnector>({
    apiVersion: API_VERSION,
    kind: CONNECTOR_NAMES.kind,
    metadata: changed<ObjectMeta>(
      {
        name: 'crm',
        namespace: 'team-a',
        uid: UID,
        resourceVersion: '100',
        generation: 1,
        ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
      },
      change.metadata,
    ),
    spec: changed<ConnectorSpec>(
      {
        accountRef: { name: 'sap' },
        connector: 'infusionsoftcrm',
        server: 'dt123.infusionsoft.com',
        encryptedKeySecretRef: { name: 'crm-key' },
        oauth: changed<ConnectorSpec['oauth']>(
          {
            clientSecretRef: { name: 'crm-oauth' },
            callbackUrl: CALLBACK,
            authorizationCodeSecretRef: { name: 'crm-code' },
          },
          change.oauth,
        ),
      },
      change.spec,
    ),
    ...(change.status !== undefined && { status: change.status }),
  });
}

/** The salt of the builders' records. */
export const SALT = 'c2FsdHNhbHRzYWx0c2FsdA';

/** The digest of a credential in the builders' records. */
export function digest(credential: string): string {
  return digestOf(SALT, credential);
}

/** The record of a credential that was sent; by default the code of the builders, ten minutes ago, to create. */
export function attempt(change: Change<WriteAheadRecord> = {}): string {
  const sent = change.at ?? at(-600_000);
  return formatRecord(
    changed<WriteAheadRecord>(
      {
        salt: SALT,
        digest: digest(VALUES.code),
        at: sent,
        kind: 'code',
        operation: 'create',
        account: ACCOUNT,
        firstAt: sent,
        sends: 1,
        client: printOf(VALUES.clientId),
        spent: [],
      },
      change,
    ),
  );
}

/** One condition of status, an hour old. */
export function condition(
  type: Condition['type'],
  status: Condition['status'],
  reason: Reason,
  change: Change<Condition> = {},
): Condition {
  return changed<Condition>(
    {
      type,
      status,
      reason,
      message: `${type} is ${status}.`,
      observedGeneration: 1,
      lastTransitionTime: second(-3_600_000),
    },
    change,
  );
}

/** The status of a connector whose instance works and whose Secrets are all applied in version "1". */
export function readyStatus(id: number, change: Change<ConnectorStatus> = {}): ConnectorStatus {
  const recorded = (secretName: string, key: string, value: string) => ({
    secretName,
    key,
    resourceVersion: '1',
    fingerprint: printOf(value),
  });
  return changed<ConnectorStatus>(
    {
      observedGeneration: 1,
      conditions: [
        condition('Ready', 'True', 'Succeeded', {
          message: `Instance ${id} is authorized and up to date.`,
        }),
        condition('SecretsResolved', 'True', 'SecretsResolved', {
          message: 'All required Secrets and keys exist.',
        }),
        condition('AccountReady', 'True', 'AccountReady', {
          message: 'The credentials of the account are valid.',
        }),
        condition('Authorized', 'True', 'Authorized', {
          message: 'The OAuth authorization works.',
        }),
        condition('Synced', 'True', 'Synced', { message: 'The instance is up to date.' }),
      ],
      instance: {
        id,
        name: 'team-a-crm',
        connector: 'infusionsoftcrm',
        enabled: true,
        createdAt: '2026-02-01T09:00:00Z',
        account: ACCOUNT,
      },
      authorization: { authorizedAt: second(-590_000), grant: digest(VALUES.code) },
      binding: { name: 'crm-connection' },
      credentials: [
        recorded('crm-oauth', 'client_id', VALUES.clientId),
        recorded('crm-oauth', 'client_secret', VALUES.clientSecret),
        recorded('crm-key', 'encryptedKey', VALUES.encryptedKey),
      ],
    },
    change,
  );
}

/** The status of a connector whose instance failed a call, and that is being judged: the call is due again. */
export function unverifiedStatus(id: number, change: Change<ConnectorStatus> = {}): ConnectorStatus {
  const ready = readyStatus(id);
  return changed<ConnectorStatus>(
    {
      ...ready,
      conditions: [
        condition('Ready', 'False', 'AuthorizationUnverified'),
        ...(ready.conditions ?? []).slice(1, 3),
        condition('Authorized', 'Unknown', 'AuthorizationUnverified'),
        condition('Synced', 'True', 'Synced'),
      ],
    },
    change,
  );
}

/** Metadata of a connector that the operator holds. */
export const HELD = { finalizers: [FINALIZER] } as const satisfies { finalizers: string[] };
