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

/** Everything a pass over an account works with. */
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
  /** Whether every resource of the cluster is seen, so that what nobody owns is an orphan. */
  readonly seesEverything: boolean;
  /** All connectors of the account have to look at it again. */
  readonly wakeUsers: (account: OpenConnectorsAccount) => void;
  /** The instances with these owner tags have changed at the remote side. */
  readonly wakeOwners: (ownerTags: ReadonlySet<string>) => void;
  /** What the pass before last saw of its inputs, by uid. */
  readonly inputHashes: Map<string, string>;
  readonly report: AccountReport;
  /** Tells people what happened to an account. Never fails. */
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
