import type { InfusionsoftConnector } from '../../api/connector.ts';
import { type Item, type ItemState, sortItems } from './item.ts';

/** The items of a run and their current states. */
export class Board {
  readonly #items: Map<string, Item>;

  constructor(items: readonly Item[]) {
    this.#items = new Map(items.map((item) => [item.connector.metadata.uid, item]));
  }

  /** All items, sorted. */
  all(): readonly Item[] {
    return sortItems([...this.#items.values()]);
  }

  of(kind: ItemState['kind']): readonly Item[] {
    return this.all().filter(({ state }) => state.kind === kind);
  }

  count(kind: ItemState['kind']): number {
    return [...this.#items.values()].filter(({ state }) => state.kind === kind).length;
  }

  put(connector: InfusionsoftConnector, state: ItemState): void {
    this.#items.set(connector.metadata.uid, { connector, state });
  }
}
