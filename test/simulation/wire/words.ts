import type { WireCall } from './fate.ts';

/** A request in one line; the query without what changes between lists. */
export function callInWords({ number, process, method, target, isWatch }: WireCall): string {
  const path = target
    .replace('/apis/openconnectors.dev/v1beta1/namespaces/team/', '')
    .replace('/elements/api-v2', 'open connectors ')
    .replace(/[?&](timeoutSeconds|allowWatchBookmarks|fieldManager|hydrate|pageSize)=[^&]*/g, '');
  return `#${number} ${process} ${isWatch ? 'WATCH' : method} ${path}`;
}
