import { RemoteError } from '../../openconnectors/errors.ts';
import type { Instance, OpenConnectors } from '../../openconnectors/port.ts';
import type { Clock } from '../../runtime/clock.ts';
import { uidTag } from '../owner-tags.ts';
import type { AccountSession, Tombstones } from '../ports.ts';
import type { RecordedAccount, Tombstone } from '../step.ts';
import type { TombstoneStore } from './tombstones.ts';

/** A tombstone whose account cannot be opened is given up so long after its time. */
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
  #isSweeping = false;

  constructor(options: LateInstancesOptions) {
    this.#options = options;
  }

  /** Whether a tombstone of the account with this uid is left. */
  watches(accountUid: string): boolean {
    return [...this.#watched.values()].some(({ account }) => account.uid === accountUid);
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
    if (this.#watched.size === 0 || this.#signal === undefined || this.#signal.aborted) {
      return;
    }
    const now = this.#options.clock.now();
    const due = [...this.#watched.values()].map(({ until }) => until - now).filter((ms) => ms > 0);
    this.#cancel = this.#options.clock.schedule(Math.min(this.#options.intervalMs, ...due), () => {
      void this.#sweep();
    });
  }

  async #sweep(): Promise<void> {
    const signal = this.#signal;
    if (signal === undefined || this.#isSweeping) {
      return;
    }
    this.#isSweeping = true;
    for (const tombstone of [...this.#watched.values()]) {
      if (!signal.aborted) {
        await this.#check(tombstone, signal).catch(this.#options.onError);
      }
    }
    this.#isSweeping = false;
    this.#schedule();
  }

  async #check(tombstone: Tombstone, signal: AbortSignal): Promise<void> {
    const { clock, open } = this.#options;
    const startedAt = clock.now();
    const session = await open(tombstone.account, signal);
    const isClean = session !== undefined && (await this.#clean(session, tombstone, signal));
    const isOver = startedAt >= tombstone.until && isClean;
    if (isOver || startedAt >= tombstone.until + GIVE_UP_MS) {
      await this.#end(tombstone, signal);
    }
  }

  /** Deletes what is found. Resolves with whether nothing of the resource is left. */
  async #clean(
    { api, suspect }: AccountSession,
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
        suspect();
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
    if (instance === undefined || !this.#isOf(instance, tombstone)) {
      return true;
    }
    await api.deleteInstance(id, signal);
    const isDeleted = (await readOrAbsent(api, id, signal)) === undefined;
    if (isDeleted) {
      this.#options.onDeleted(id, tombstone);
    }
    return isDeleted;
  }

  #isOf({ tags = [] }: Instance, { uid }: Tombstone): boolean {
    return tags.includes(this.#options.clusterTag) && tags.includes(uidTag(uid));
  }

  async #end({ uid, namespace, account }: Tombstone, signal: AbortSignal): Promise<void> {
    await this.#options.store.remove(uid);
    this.#watched.delete(uid);
    if (!this.watches(account.uid)) {
      await this.#options.onDone(account.uid, namespace, signal);
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
