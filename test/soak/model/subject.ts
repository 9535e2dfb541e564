import type { ProviderApp } from 'open-connectors-simulator/provider.ts';
import type { Namespace } from '../../support/workbench/cluster.ts';

/** The elements of Open Connectors. */
export type Element = 'infusionsoftcrm' | 'infusionsoftrest';

/** The accounts of a namespace: the one whose credentials are rotated, and one in another organization. */
export type AccountName = 'sap' | 'spare';

/** One namespace with its accounts. */
export interface Tenant {
  readonly namespace: Namespace;
  /** User of the simulator whose secret the account `sap` uses. */
  readonly userId: number;
}

/** A code, or a refresh token, that was stored in the Secret of a connector. */
export interface IssuedCode {
  /** Its fingerprint in the ledger of the simulator. */
  readonly fingerprint: string;
  readonly clientId: string;
  readonly storedAt: number;
}

/** The desired state of a connector, independent of the status of the operator. */
export interface Wanted {
  account: AccountName;
  element: Element;
  instanceName: string;
  tags: readonly string[];
  configuration: Readonly<Record<string, string>>;
  enabled: boolean;
  driftPolicy: 'Correct' | 'Report';
  connectionSecret: string;
}

/** One connector of the storm, with its desired state and credentials. */
export interface Subject {
  /** `namespace/name`. */
  readonly key: string;
  readonly name: string;
  readonly tenant: Tenant;
  readonly server: string;
  /** What the key `code` of `codeSecret` holds. A person changes it where a refresh token has no effect. */
  grant: 'code' | 'refresh token';
  codeSecret: string;
  readonly wanted: Wanted;
  app: ProviderApp;
  /** Whether the user wants the resource to exist. */
  exists: boolean;
  /** Codes in the order in which they were stored; the last one is in the Secret. */
  readonly codes: IssuedCode[];
  lastOperationAt: number;
  /** Counts up, for names that were not used before. */
  serial: number;
  /** Whether another cluster took over one of its instances. */
  takenOver: boolean;
}
