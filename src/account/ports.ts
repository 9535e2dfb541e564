import type { OpenConnectorsAccount } from '../api/account.ts';
import { DEFAULT_ACCOUNT_UID } from '../ownership/account-key.ts';
import type { EventDraft } from '../reconciler/events.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HostPattern } from '../runtime/host-pattern.ts';
import type { Random } from '../runtime/random.ts';
import type { Fingerprinter } from '../secrets/fingerprint.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { AccountTarget } from './account-target.ts';
import type { FallbackCredentials } from './credentials/fallback-credentials.ts';
import type { ReleaseFallback } from './credentials/fallback-release.ts';
import type { AccountRegistry } from './registry.ts';
import type { AccountReport } from './report/summarize.ts';
import type { AccountUsers } from './users.ts';

/** Everything that a reconcile of an account works with. */
export interface AccountPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fingerprinter: Fingerprinter;
  readonly registry: AccountRegistry;
  readonly allowedHosts: readonly HostPattern[];
  readonly inventoryIntervalMs: number;
  readonly clusterTag: string;
  readonly secrets: {
    known(namespace: string, name: string): SecretFact;
    read(namespace: string, name: string, signal: AbortSignal): Promise<SecretFact>;
  };
  readonly users: Pick<AccountUsers, 'names' | 'own' | 'isOwned' | 'listNames'>;
  /** Whether the operator watches every resource of the cluster, so that an instance without an owner is an orphan. */
  readonly seesEverything: boolean;
  /** Queues all connectors of the account. */
  readonly wakeUsers: (account: OpenConnectorsAccount) => void;
  /** The instances with these owner tags have changed in Open Connectors. */
  readonly wakeOwners: (ownerTags: ReadonlySet<string>) => void;
  /** Input hashes of the latest reconciles, by uid. */
  readonly inputHashes: Map<string, string>;
  readonly report: AccountReport;
  /** Records an event of an account. Never fails. */
  readonly recordEvent: (account: OpenConnectorsAccount, event: EventDraft) => void;
  readonly kept: Pick<FallbackCredentials, 'keep'> & {
    /** The account goes: deletes the fallback credentials unless something still needs them. Throws `KubeError`. */
    readonly drop: ReleaseFallback;
  };
}

/** The registry's view of an account resource. */
export function targetOf({ metadata, spec }: OpenConnectorsAccount): AccountTarget {
  return { uid: metadata.uid, spec, isDefault: metadata.uid === DEFAULT_ACCOUNT_UID };
}
