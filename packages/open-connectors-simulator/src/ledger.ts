import type { Clock } from 'test-kit/clock.ts';
import type { PresentedSecrets } from './authorization.ts';
import { fingerprint } from './fingerprint.ts';

/** `committed`: processed. `refused`: an error of the API. `faulted`: a fault applied. */
export type Outcome = 'pending' | 'committed' | 'refused' | 'faulted';

/** One request. Secrets appear as fingerprints only. */
export interface LedgerEntry {
  readonly number: number;
  /** Milliseconds since the epoch, on the simulator's clock. */
  readonly at: number;
  readonly area: 'api' | 'provider';
  readonly method: string;
  /** Path without the API prefix and without query. */
  readonly path: string;
  readonly operation: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly secrets: PresentedSecrets;
  readonly codeFingerprint: string | undefined;
  readonly refreshTokenFingerprint: string | undefined;
  /** The sent status; absent before the response, and without one. */
  status: number | undefined;
  outcome: Outcome;
  /** Whether the request was processed, independently of the response. */
  committed: boolean;
  fault: string | undefined;
  /** The client disconnected before the response. */
  abortedByClient: boolean;
}

/** A current instance, without secrets. */
export interface LiveInstance {
  readonly id: number;
  readonly name: string;
  readonly connector: string;
  readonly tags: readonly string[];
  readonly disabled: boolean;
  readonly organizationId: number;
}

/** The content of a new entry. */
export interface Opening {
  readonly area: 'api' | 'provider';
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  readonly query: URLSearchParams;
  readonly secrets: PresentedSecrets;
  readonly code: string | undefined;
  readonly refreshToken: string | undefined;
}

/** The same grant in more than one request. */
export interface Repetition {
  readonly fingerprint: string;
  readonly entries: readonly LedgerEntry[];
}

/** Selects entries; a text is the name of an operation. */
export type LedgerFilter = string | ((entry: LedgerEntry) => boolean);

export interface Ledger {
  open(opening: Opening): LedgerEntry;
  entries(filter?: LedgerFilter): readonly LedgerEntry[];
  count(filter?: LedgerFilter): number;
  /** Codes that reached the simulator in more than one request, also in requests that failed. */
  codesSentTwice(): readonly Repetition[];
  refreshTokensSentTwice(): readonly Repetition[];
  liveInstancesByTag(tag: string): readonly LiveInstance[];
  /** Removes all entries. */
  reset(): void;
}

/** Query parameters that appear in clear text; all others appear as fingerprints. */
const plainParameters = new Set([
  'tags[]',
  'searchText',
  'pageSize',
  'nextPage',
  'hydrate',
  'reAuthenticate',
  'scope',
]);

function queryOf(query: URLSearchParams): Record<string, string[]> {
  const shown: Record<string, string[]> = {};
  for (const [name, value] of query) {
    const values = shown[name] ?? [];
    values.push(plainParameters.has(name) ? value : fingerprint(value));
    shown[name] = values;
  }
  return shown;
}

function secretsOf({ user, organization, element }: PresentedSecrets): PresentedSecrets {
  return {
    ...(user === undefined ? {} : { user: fingerprint(user) }),
    ...(organization === undefined ? {} : { organization: fingerprint(organization) }),
    ...(element === undefined ? {} : { element: fingerprint(element) }),
  };
}

function repeated(
  entries: readonly LedgerEntry[],
  key: 'codeFingerprint' | 'refreshTokenFingerprint',
): readonly Repetition[] {
  const sent = Map.groupBy(
    entries.filter((entry) => entry[key] !== undefined),
    (entry) => entry[key] ?? '',
  );
  return [...sent]
    .filter(([, uses]) => uses.length > 1)
    .map(([print, uses]) => ({ fingerprint: print, entries: uses }));
}

export function createLedger(clock: Clock, liveInstances: () => readonly LiveInstance[]): Ledger {
  let all: LedgerEntry[] = [];
  let number = 0;
  const select = (filter: LedgerFilter | undefined): readonly LedgerEntry[] => {
    if (filter === undefined) {
      return [...all];
    }
    return all.filter(typeof filter === 'string' ? (entry) => entry.operation === filter : filter);
  };
  return {
    open({ query, secrets, code, refreshToken, ...rest }) {
      number += 1;
      const entry: LedgerEntry = {
        ...rest,
        number,
        at: clock.now(),
        query: queryOf(query),
        secrets: secretsOf(secrets),
        codeFingerprint: code === undefined ? undefined : fingerprint(code),
        refreshTokenFingerprint: refreshToken === undefined ? undefined : fingerprint(refreshToken),
        status: undefined,
        outcome: 'pending',
        committed: false,
        fault: undefined,
        abortedByClient: false,
      };
      all.push(entry);
      return entry;
    },
    entries: select,
    count: (filter) => select(filter).length,
    codesSentTwice: () => repeated(all, 'codeFingerprint'),
    refreshTokensSentTwice: () => repeated(all, 'refreshTokenFingerprint'),
    liveInstancesByTag: (tag) => liveInstances().filter((instance) => instance.tags.includes(tag)),
    reset() {
      all = [];
    },
  };
}
