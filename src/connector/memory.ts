import { type Memory, NO_MEMORY } from './input.ts';

interface Remembered {
  readonly memory: Memory;
  readonly inputHash: string | undefined;
}

const NOTHING: Remembered = { memory: NO_MEMORY, inputHash: undefined };

/** What the process remembers of each connector between its reconciles, by uid. */
export class ConnectorMemory {
  readonly #entries = new Map<string, Remembered>();

  /** How many connectors are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  recall(uid: string): Memory {
    return (this.#entries.get(uid) ?? NOTHING).memory;
  }

  remember(uid: string, memory: Memory): void {
    this.#entries.set(uid, { ...(this.#entries.get(uid) ?? NOTHING), memory });
  }

  /** The input hash of the latest reconcile: an equal one means that no user changed anything since. */
  inputHash(uid: string): string | undefined {
    return this.#entries.get(uid)?.inputHash;
  }

  rememberInputHash(uid: string, inputHash: string): void {
    this.#entries.set(uid, { ...(this.#entries.get(uid) ?? NOTHING), inputHash });
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }
}
