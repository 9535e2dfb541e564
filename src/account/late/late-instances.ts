import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { Instance, OpenConnectors } from '../../openconnectors/port.ts';
import type { AccountSession } from '../../ownership/accounts.ts';
import { uidTag } from '../../ownership/owner-tags.ts';
import type { RecordedAccount } from '../../ownership/recorded-account.ts';
import type { Tombstone, Tombstones } from '../../ownership/tombstone.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { TombstoneStore } from './tombstones.ts';

/** A tombstone whose account cannot be opened is given up this long after its time. */
const GIVE_UP_MS = 24 * 60 * 60_000;

/** What the watch for late instances works with. */
export interface LateInstancesOptions {
  readonly store: Pick<TombstoneStore, 'list' | 'write' | 'remove'>;
  readonly clock: Clock;
  /** How often Open Connectors is searched until a tombstone's time has come, milliseconds. */
  readonly intervalMs: number;
  /** Tag of all instances of this cluster. */
  readonly clusterTag: string;
  /** A session of the account; `undefined` where none can be opened. Throws `RemoteError` and `KubeError`. */
  readonly open: (account: RecordedAccount, signal: AbortSignal) => Promise<AccountSession | undefined>;
  /** A late instance was deleted. */
  readonly onDeleted: (id: number, tombstone: Tombstone) => void;
  /** No tombstone of the account with this uid, of this namespace, is left. */
  readonly onDone: (accountUid: string, namespace: string, signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Deletes instances that Open Connectors creates after their resource is deleted: the answer to the create was lost, and
 * the resource did not wait for the end of LATE_COMMIT_WINDOW. Searches by uid, and reads by id before it deletes.
 */
export class LateInstances implements Tombstones {
  readonly #options: LateInstancesOptions;
  readonly #watched = new Map<string, Tombstone>();
  #signal: AbortSignal | undefined;
  #cancel: () => void = () => undefined;
  /** When all are searched for again (monotonic clock); `undefined` while none is watched. */
  #nextAt: number | undefined;
  /** Accounts, by uid, that are being searched. */
  readonly #searching = new Set<string>();

  constructor(options: LateInstancesOptions) {
    this.#options = options;
  }

  /** Whether a tombstone of the account with this uid is left. */
  watches(accountUid: string): boolean {
    return [...this.#watched.values()].some(({ account }) => account.uid === accountUid);
  }

  uids(): ReadonlySet<string> {
    return new Set(this.#watched.keys());
  }

  /** Takes up what is stored, until `signal` aborts. Throws `KubeError`. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#cancel(), { once: true });
    for (const tombstone of await this.#options.store.list()) {
      this.#watched.set(tombstone.uid, tombstone);
    }
    this.#schedule();
  }

  async write(tombstone: Tombstone): Promise<void> {
    await this.#options.store.write(tombstone);
    this.#watched.set(tombstone.uid, tombstone);
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel();
    const { clock, intervalMs } = this.#options;
    if (this.#watched.size === 0 || this.#signal === undefined || this.#signal.aborted) {
      this.#nextAt = undefined;
      return;
    }
    const [now, monotonic] = [clock.now(), clock.monotonic()];
    // A new tombstone does not postpone the search for the others.
    this.#nextAt ??= monotonic + intervalMs;
    const due = [...this.#watched.values()].map(({ until }) => until - now).filter((ms) => ms > 0);
    this.#cancel = clock.schedule(Math.min(this.#nextAt - monotonic, ...due), () => this.#sweep());
  }

  /** Searches in all accounts at the same time: one that hangs or is paused delays no other. */
  #sweep(): void {
    const signal = this.#signal;
    if (signal === undefined || signal.aborted) {
      return;
    }
    const byAccount = Map.groupBy(this.#watched.values(), ({ account }) => account.uid);
    for (const [uid, tombstones] of byAccount) {
      if (!this.#searching.has(uid)) {
        void this.#sweepAccount(uid, tombstones, signal);
      }
    }
    this.#nextAt = undefined;
    this.#schedule();
  }

  async #sweepAccount(uid: string, tombstones: readonly Tombstone[], signal: AbortSignal): Promise<void> {
    this.#searching.add(uid);
    for (const tombstone of tombstones) {
      if (!signal.aborted) {
        await this.#check(tombstone, signal).catch((error: unknown) => this.#report(error, signal));
      }
    }
    this.#searching.delete(uid);
    this.#schedule();
  }

  async #check(tombstone: Tombstone, signal: AbortSignal): Promise<void> {
    const startedAt = this.#options.clock.now();
    const isClean = await this.#search(tombstone, signal).catch((error: unknown) => {
      this.#report(error, signal);
      return false;
    });
    const isOver = startedAt >= tombstone.until && isClean;
    if (!signal.aborted && (isOver || startedAt >= tombstone.until + GIVE_UP_MS)) {
      await this.#end(tombstone, signal);
    }
  }

  /** Resolves with whether Open Connectors was searched and nothing of the resource is left. */
  async #search(tombstone: Tombstone, signal: AbortSignal): Promise<boolean> {
    const session = await this.#options.open(tombstone.account, signal);
    return session !== undefined && (await this.#clean(session, tombstone, signal));
  }

  /** A call that the end of the leadership stopped is no failure. */
  #report(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) {
      this.#options.onError(error);
    }
  }

  /** Deletes what is found. Resolves with whether nothing of the resource is left. */
  async #clean(
    { api, invalidate }: AccountSession,
    tombstone: Tombstone,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      const found = await api.listInstancesByTag(uidTag(tombstone.uid), signal);
      let isClean = true;
      for (const { id } of found) {
        isClean = (await this.#delete(api, id, tombstone, signal)) && isClean;
      }
      return isClean;
    } catch (error) {
      if (error instanceof RemoteError && error.class === 'unauthorized') {
        invalidate();
      }
      throw error;
    }
  }

  /** Resolves with whether a read by id confirms that the resource has no part in the instance any more. */
  async #delete(
    api: OpenConnectors,
    id: number,
    tombstone: Tombstone,
    signal: AbortSignal,
  ): Promise<boolean> {
    const instance = await readOrAbsent(api, id, signal);
    if (instance === undefined) {
      return true;
    }
    if (instance.tags === undefined) {
      return false;
    }
    if (!this.#isOf(instance.tags, tombstone)) {
      return true;
    }
    await api.deleteInstance(id, signal);
    const isDeleted = (await readOrAbsent(api, id, signal)) === undefined;
    if (isDeleted) {
      this.#options.onDeleted(id, tombstone);
    }
    return isDeleted;
  }

  #isOf(tags: readonly string[], { uid }: Tombstone): boolean {
    return tags.includes(this.#options.clusterTag) && tags.includes(uidTag(uid));
  }

  /** The tombstone goes last: until then a failure is repeated. One that was written again meanwhile stays. */
  async #end(tombstone: Tombstone, signal: AbortSignal): Promise<void> {
    const { store, onDone } = this.#options;
    const { uid, namespace, account } = tombstone;
    if (this.#watched.get(uid) !== tombstone) {
      return;
    }
    this.#watched.delete(uid);
    try {
      if (!this.watches(account.uid)) {
        await onDone(account.uid, namespace, signal);
      }
      await store.remove(uid);
    } catch (error) {
      this.#watched.set(uid, this.#watched.get(uid) ?? tombstone);
      throw error;
    }
    const rewritten = this.#watched.get(uid);
    if (rewritten !== undefined) {
      await store.write(rewritten);
    }
  }
}

async function readOrAbsent(
  api: OpenConnectors,
  id: number,
  signal: AbortSignal,
): Promise<Instance | undefined> {
  try {
    return await api.readInstance(id, signal);
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'not-found') {
      return undefined;
    }
    throw error;
  }
}
