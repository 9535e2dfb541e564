import type { InfusionsoftConnector } from '../../api/connector.ts';

type Named = Pick<InfusionsoftConnector, 'metadata'>;

/** `namespace/name`, for output. */
export function titleOf({ metadata }: Named): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** The order of titles. */
export function compareTitles(a: Named, b: Named): number {
  return titleOf(a) < titleOf(b) ? -1 : 1;
}
