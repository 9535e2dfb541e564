import { apiBaseUrlOf } from '../api/defaults.ts';
import { type ClientKey, isSameClient } from '../openconnectors/account-pool.ts';
import type { OpenConnectors } from '../openconnectors/port.ts';
import { accountKey } from '../ownership/account-key.ts';
import { accountSettingsOf } from '../ownership/account-settings.ts';
import type { AccountCredentials, AccountView } from '../ownership/account-view.ts';
import type { AccountSession, Accounts, FallbackOutcome } from '../ownership/accounts.ts';
import { Inventory } from '../ownership/inventory.ts';
import type { RecordedAccount } from '../ownership/recorded-account.ts';
import { absenceOf } from './account-absence.ts';
import { type AccountTarget, clientKeyOf, type VerifiedCredentials } from './account-target.ts';
import { openFallback } from './credentials/open-fallback.ts';
import type { SessionFacts } from './input.ts';
import type { RegistryPorts } from './registry-ports.ts';

interface OpenSession extends VerifiedCredentials {
  readonly target: AccountTarget;
  readonly inventory: Inventory;
  readonly isInvalidated: boolean;
  readonly releaseSecrets: () => void;
}

interface Entry {
  readonly refusal: { readonly credential: string; readonly at: number } | undefined;
  readonly open: OpenSession | undefined;
  /** Key in the pool of the credentials that were tried last and have not worked yet. */
  readonly candidate: ClientKey | undefined;
  /** What connectors show while they cannot use the account. */
  readonly problem: Extract<AccountView, { state: 'blocked' }> | undefined;
  /** What was published to connectors last, in one text. */
  readonly published: string | undefined;
}

const EMPTY: Entry = {
  refusal: undefined,
  open: undefined,
  candidate: undefined,
  problem: undefined,
  published: undefined,
};

/** The verified accounts of this process: their clients, credentials and inventories. */
export class AccountRegistry implements Accounts {
  readonly #entries = new Map<string, Entry>();
  /** Derived once: every look at an account asks for its session. */
  readonly #sessions = new WeakMap<OpenSession, AccountSession>();
  readonly #ports: RegistryPorts;

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
  }

  view(namespace: string, name: string | undefined): AccountView {
    const absent = absenceOf(this.#ports, namespace, name);
    if (absent !== undefined) {
      return absent;
    }
    const entry = this.#entries.get(accountKey(namespace, name)) ?? EMPTY;
    if (entry.problem !== undefined) {
      return entry.problem;
    }
    return this.session(namespace, name)?.view ?? { state: 'unknown' };
  }

  session(namespace: string, name: string | undefined): AccountSession | undefined {
    return this.sessionByKey(accountKey(namespace, name));
  }

  /** The session of an account by its key. */
  sessionByKey(key: string): AccountSession | undefined {
    const open = this.#entries.get(key)?.open;
    if (open === undefined) {
      return undefined;
    }
    const known = this.#sessions.get(open);
    if (known !== undefined) {
      return known;
    }
    const session = this.#sessionOf(key, open);
    this.#sessions.set(open, session);
    return session;
  }

  #sessionOf(key: string, open: OpenSession): AccountSession {
    const api = this.#clientOf(open.target, open.credentials, open.credential);
    // Applies the limits of an edited account.
    api();
    return {
      view: {
        state: 'ready',
        uid: open.target.uid,
        baseUrl: apiBaseUrlOf(open.target.spec),
        organizationId: open.organization.id,
        isDefault: open.target.isDefault,
        credentials: open.credentials,
      },
      get api() {
        return api();
      },
      inventory: open.inventory,
      invalidate: () => this.#invalidate(key),
    };
  }

  /** A session of the recorded account: its own while that is open, else one with the credentials that worked last. */
  async sessionOf(account: RecordedAccount, signal: AbortSignal): Promise<AccountSession | undefined> {
    const [key] = [...this.#entries].find(([, { open }]) => open?.target.uid === account.uid) ?? [];
    const own = key === undefined ? undefined : this.sessionByKey(key);
    if (own?.view.organizationId === account.organizationId && own.view.baseUrl === account.baseUrl) {
      return own;
    }
    return (await this.openFallback(account, signal)) === 'open'
      ? this.fallbackSession(account.uid)
      : undefined;
  }

  fallbackSession(uid: string): AccountSession | undefined {
    return this.sessionByKey(fallbackKey(uid));
  }

  async openFallback(account: RecordedAccount, signal: AbortSignal): Promise<FallbackOutcome> {
    return this.fallbackSession(account.uid) === undefined
      ? await openFallback(this, this.#ports, fallbackKey(account.uid), account, signal)
      : 'open';
  }

  /** A client for credentials that are not in use yet, to try them out. Each account has one at most. */
  candidate(
    key: string,
    target: AccountTarget,
    credentials: AccountCredentials,
    credential: string,
  ): OpenConnectors {
    const client = this.#client(target, credentials, credential);
    const candidate = clientKeyOf(target, credential);
    if (!isSameClient(this.#entries.get(key)?.candidate, candidate)) {
      this.#dropCandidate(key);
      this.#entries.set(key, { ...(this.#entries.get(key) ?? EMPTY), candidate });
    }
    return client;
  }

  /** Until when the account's calls are paused (wall clock); `undefined` while they flow. */
  throttledUntil(key: string): number | undefined {
    const open = this.#entries.get(key)?.open;
    return open && this.#ports.pool.throttledUntil(clientKeyOf(open.target, open.credential));
  }

  /** What decisions about the account start from. */
  facts(key: string): SessionFacts {
    const entry = this.#entries.get(key) ?? EMPTY;
    const { open, refusal } = entry;
    if (refusal !== undefined) {
      return { state: 'refused', ...refusal, keepsOlder: open !== undefined && !open.isInvalidated };
    }
    return open === undefined
      ? { state: 'none' }
      : {
          state: 'open',
          credential: open.credential,
          secretVersion: open.secretVersion,
          organization: open.organization,
          listedAt: open.inventory.listedAt,
          invalidated: open.isInvalidated,
        };
  }

  /** The credentials were verified: connectors work with them from here on. */
  opened(key: string, target: AccountTarget, verified: VerifiedCredentials): void {
    const before = this.#entries.get(key)?.open;
    const { candidate } = this.#entries.get(key) ?? EMPTY;
    if (!isSameClient(candidate, clientKeyOf(target, verified.credential))) {
      this.#dropCandidate(key);
    }
    const sameOrganization = before?.organization.id === verified.organization.id;
    const releaseSecrets = this.#ports.redact(Object.values(verified.credentials));
    const inventory =
      before !== undefined && sameOrganization
        ? before.inventory
        : new Inventory(this.#ports.now, this.#ports.searchGraceMs);
    this.#entries.set(key, {
      ...EMPTY,
      published: this.#entries.get(key)?.published,
      open: { ...verified, target, inventory, isInvalidated: false, releaseSecrets },
    });
    if (before !== undefined) {
      before.releaseSecrets();
      if (before.credential !== verified.credential) {
        this.#ports.pool.remove(clientKeyOf(before.target, before.credential));
      }
    }
  }

  /** The same credentials stand in a newer version of the Secret. */
  secretUpdated(key: string, change: { readonly secretVersion: string }): void {
    this.#dropCandidate(key);
    const entry = this.#entries.get(key);
    if (entry?.open !== undefined) {
      this.#entries.set(key, { ...entry, open: { ...entry.open, ...change } });
    }
  }

  /**
   * Applies an edit of the resource to its open session. Another base URL is another account: the session is closed, so
   * that nothing of it is sent to an address that was not checked. A spec that is not valid changes no limits.
   */
  edited(key: string, target: AccountTarget, isValid: boolean): void {
    const entry = this.#entries.get(key);
    if (entry?.open === undefined) {
      return;
    }
    const { uid, spec } = entry.open.target;
    if (uid !== target.uid || spec.baseUrl !== target.spec.baseUrl) {
      this.close(key);
    } else if (isValid) {
      this.#entries.set(key, { ...entry, open: { ...entry.open, target } });
    }
  }

  /** Open Connectors refuses these credentials. A session with other ones stays open. */
  refused(key: string, target: AccountTarget, credential: string, at: number): void {
    const entry = this.#entries.get(key) ?? EMPTY;
    const keepsOpen = entry.open !== undefined && entry.open.credential !== credential;
    if (entry.open !== undefined && !keepsOpen) {
      entry.open.releaseSecrets();
    }
    this.#ports.pool.remove(clientKeyOf(target, credential));
    this.#entries.set(key, {
      ...entry,
      candidate: undefined,
      refusal: { credential, at },
      open: keepsOpen ? entry.open : undefined,
    });
  }

  /** Publishes a problem to connectors, or that there is none. Returns whether it differs from the last one. */
  publish(key: string, problem: Extract<AccountView, { state: 'blocked' }> | undefined): boolean {
    const entry = this.#entries.get(key) ?? EMPTY;
    const published = JSON.stringify([
      problem?.reason,
      problem?.message,
      entry.open?.credential,
      entry.open?.inventory.listedAt !== undefined,
    ]);
    this.#entries.set(key, { ...entry, problem, published });
    return entry.published !== published;
  }

  /** Nothing depends on the account with this uid any more. */
  closeFallback(uid: string): void {
    this.close(fallbackKey(uid));
  }

  /** The account was deleted. */
  close(key: string): void {
    this.#dropCandidate(key);
    const open = this.#entries.get(key)?.open;
    this.#entries.delete(key);
    if (open !== undefined) {
      open.releaseSecrets();
      this.#ports.pool.remove(clientKeyOf(open.target, open.credential));
    }
  }

  /** Removes the client of credentials that did not work, unless those of the open session are the same. */
  #dropCandidate(key: string): void {
    const entry = this.#entries.get(key);
    if (entry?.candidate === undefined) {
      return;
    }
    const { candidate, open } = entry;
    if (open === undefined || !isSameClient(clientKeyOf(open.target, open.credential), candidate)) {
      this.#ports.pool.remove(candidate);
    }
    this.#entries.set(key, { ...entry, candidate: undefined });
  }

  #invalidate(key: string): void {
    const entry = this.#entries.get(key);
    if (entry?.open !== undefined && !entry.open.isInvalidated) {
      // Connectors that were refused wait for the next publication, also for one without a problem.
      this.#entries.set(key, {
        ...entry,
        published: undefined,
        open: { ...entry.open, isInvalidated: true },
      });
      if (isFallbackKey(key)) {
        this.close(key);
      } else {
        this.#ports.onInvalidated(entry.open.target.uid);
      }
    }
  }

  #client(target: AccountTarget, credentials: AccountCredentials, credential: string): OpenConnectors {
    return this.#clientOf(target, credentials, credential)();
  }

  /** The only place where credentials meet an address. */
  #clientOf(
    target: AccountTarget,
    credentials: AccountCredentials,
    credential: string,
  ): () => OpenConnectors {
    if (!this.#ports.isAllowed(target.spec.baseUrl)) {
      throw new Error('no client for a host that is not in ALLOWED_HOSTS');
    }
    const settings = accountSettingsOf(target.spec, credentials, this.#ports.createTimeoutMs);
    const client = clientKeyOf(target, credential);
    return () => this.#ports.pool.get(client, settings);
  }
}

/** No name of a namespace contains a colon. */
function fallbackKey(uid: string): string {
  return `kept:${uid}`;
}

function isFallbackKey(key: string): boolean {
  return key.startsWith('kept:');
}
