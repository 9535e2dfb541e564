/** `change`: a person or the remote side did something; `resync`: only a look whether all is well. */
export type Priority = 'change' | 'resync';

/** How much of the work resyncs get while changes are waiting. */
export interface Ageing {
  /** A resync that has waited so long is due, milliseconds. */
  readonly afterMs: number;
  /** While one is due, one of so many picks goes to the longest waiting resync. */
  readonly share: number;
}

/** Keys of one group after the other: `take` goes around the groups, first in first out within each. */
class RoundRobin {
  /** In order of their next turn; no group is empty. */
  private readonly groups = new Map<string, Set<string>>();

  add(group: string, key: string): void {
    const keys = this.groups.get(group);
    if (keys === undefined) this.groups.set(group, new Set([key]));
    else keys.add(key);
  }

  remove(group: string, key: string): void {
    const keys = this.groups.get(group);
    keys?.delete(key);
    if (keys?.size === 0) this.groups.delete(group);
  }

  take(): string | undefined {
    for (const [group, keys] of this.groups) {
      this.groups.delete(group);
      for (const key of keys) {
        keys.delete(key);
        if (keys.size > 0) this.groups.set(group, keys);
        return key;
      }
    }
    return undefined;
  }
}

/**
 * A set of keys and the order in which they are taken: changes before resyncs, one namespace after the other. Resyncs
 * age, so that a constant stream of changes does not starve them; they never take more than their share, so that an
 * edit is quick also during the resync of thousands of resources.
 */
export class FairQueue {
  private readonly waiting = new Map<string, { readonly priority: Priority; readonly since: number }>();
  private readonly changes = new RoundRobin();
  private readonly resyncs = new RoundRobin();
  /** Resyncs in the order of their arrival. */
  private readonly resyncOrder = new Set<string>();
  private picks = 0;
  private readonly groupOf: (key: string) => string;
  private readonly ageing: Ageing;

  constructor(groupOf: (key: string) => string, ageing: Ageing) {
    this.groupOf = groupOf;
    this.ageing = ageing;
  }

  get size(): number {
    return this.waiting.size;
  }

  has(key: string): boolean {
    return this.waiting.has(key);
  }

  /** Queues `key` once; a key that waits as a resync becomes a change when added as one. */
  add(key: string, priority: Priority, now: number): void {
    const known = this.waiting.get(key);
    if (known !== undefined && (known.priority === 'change' || priority === 'resync')) return;
    if (known !== undefined) this.removeResync(key);
    this.waiting.set(key, { priority, since: known?.since ?? now });
    const group = this.groupOf(key);
    if (priority === 'change') {
      this.changes.add(group, key);
      return;
    }
    this.resyncs.add(group, key);
    this.resyncOrder.add(key);
  }

  /** Takes `key` out, as if it had never been added. Returns whether it was there. */
  remove(key: string): boolean {
    const known = this.waiting.get(key);
    if (known === undefined) {
      return false;
    }
    this.waiting.delete(key);
    if (known.priority === 'resync') {
      this.removeResync(key);
    } else {
      this.changes.remove(this.groupOf(key), key);
    }
    return true;
  }

  /** The next key and how long it has waited; `undefined` when nothing waits. */
  take(now: number): { readonly key: string; readonly waitedMs: number } | undefined {
    const key = this.takeAgedResync(now) ?? this.changes.take() ?? this.resyncs.take();
    if (key === undefined) return undefined;
    const since = this.waiting.get(key)?.since ?? now;
    this.waiting.delete(key);
    this.resyncOrder.delete(key);
    return { key, waitedMs: now - since };
  }

  private takeAgedResync(now: number): string | undefined {
    this.picks++;
    if (this.picks % this.ageing.share !== 0) return undefined;
    for (const oldest of this.resyncOrder) {
      const since = this.waiting.get(oldest)?.since ?? now;
      if (now - since < this.ageing.afterMs) return undefined;
      this.removeResync(oldest);
      return oldest;
    }
    return undefined;
  }

  private removeResync(key: string): void {
    this.resyncs.remove(this.groupOf(key), key);
    this.resyncOrder.delete(key);
  }
}
