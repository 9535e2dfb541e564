import type { InfusionsoftConnector } from '../../api/connector.ts';
import { compareTitles } from '../render/title.ts';

/** One connector of a run, with how it stands. The report lists the items. */
export interface Item {
  readonly connector: InfusionsoftConnector;
  readonly state: ItemState;
}

/** How a connector stands in a run. */
export type ItemState =
  /** Not changed yet; `details` are the fields that change. */
  | { readonly kind: 'planned'; readonly details: string }
  /** Changed; not finished. `because` says what it waits for, once it is known. */
  | { readonly kind: 'waiting'; readonly because?: string }
  | { readonly kind: 'done' }
  /** Not changed. */
  | { readonly kind: 'refused'; readonly because: string }
  /** The change could not be made. */
  | { readonly kind: 'failed'; readonly because: string };

/** The kinds of states, in the order of reports. */
export const ITEM_KINDS = [
  'done',
  'waiting',
  'planned',
  'refused',
  'failed',
] as const satisfies readonly ItemState['kind'][];

/** Items in the order of their titles. */
export function sortItems(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => compareTitles(a.connector, b.connector));
}
