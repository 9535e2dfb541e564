import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import type { FallbackAccount } from './credentials/fallback-credentials.ts';

/** What the registry works with. */
export interface RegistryPorts {
  readonly pool: OpenConnectorsPool;
  readonly createTimeoutMs: number;
  /** How long a list may lag behind answers about single instances. */
  readonly searchGraceMs: number;
  /** Wall clock. */
  readonly now: () => number;
  /** Keeps the values from being logged for as long as they are used; returns the end of it. */
  readonly redact: (values: readonly string[]) => () => void;
  /** The credentials that last worked for the account with this uid. */
  readonly readFallback: (uid: string, signal: AbortSignal) => Promise<FallbackAccount | undefined>;
  /** Whether the host of an address may be called. */
  readonly isAllowed: (baseUrl: string) => boolean;
  readonly fingerprint: (value: string) => string;
  /** The label selector of this operator: accounts without these labels are another operator's. */
  readonly selector: string | undefined;
  /** Whether an OpenConnectorsAccount of that name, with the labels of the selector, is there. */
  readonly exists: (namespace: string, name: string) => boolean;
  /** Whether the operator has a default account for connectors of the namespace. */
  readonly hasDefault: (namespace: string) => boolean;
  /** The account with this uid has to be reconciled: one of its calls was refused. */
  readonly onInvalidated: (uid: string) => void;
}
