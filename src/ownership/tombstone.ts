import type { RecordedAccount } from './recorded-account.ts';

/** The memory of a deleted resource whose instance may still be created. */
export interface Tombstone {
  /** uid of the resource, which its instance carries in a tag. */
  readonly uid: string;
  readonly namespace: string;
  readonly account: RecordedAccount;
  /** Wall clock, milliseconds. */
  readonly until: number;
}

/** Deleted resources whose instance may still be created. */
export interface Tombstones {
  /** Stores one and watches for its instance. Throws `KubeError`. */
  write(tombstone: Tombstone): Promise<void>;
  /** uids of the resources with a tombstone. */
  uids(): ReadonlySet<string>;
}
