import type { ControlPlane } from './control-plane.ts';

/** Requests to the API server by kind: `create events`, `get secrets`, `patch infusionsoftconnectors/status`. */
export type KubeCalls = ReadonlyMap<string, number>;

/** One series of the API server's own count of requests, which leaves out nothing that any client sends. */
const SERIES = /^apiserver_request_total\{(?<labels>[^}]*)\} (?<count>\S+)$/gm;

/** All requests since the start of the server, from its ledger or its metrics. Watches and Leases do not count. */
export async function countKubeCalls(plane: ControlPlane): Promise<KubeCalls> {
  const counts = new Map<string, number>();
  const add = (verb: string, resource: string, subresource: string, count: number): void => {
    if (verb === 'watch' || resource === 'leases' || resource === '') {
      return;
    }
    const kind = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  };
  if (plane.ledger !== undefined) {
    for (const { verb, resource, subresource } of plane.ledger.entries) {
      add(verb, resource, subresource, 1);
    }
    return counts;
  }
  const { body } = await plane.rest.request('GET', '/metrics');
  for (const { groups } of String(body).matchAll(SERIES)) {
    const labels = new Map(
      Array.from((groups?.['labels'] ?? '').matchAll(/(\w+)="([^"]*)"/g), ([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    const verb = (labels.get('verb') ?? '').toLowerCase().replace(/^post$/, 'create');
    add(verb, labels.get('resource') ?? '', labels.get('subresource') ?? '', Number(groups?.['count']));
  }
  return counts;
}

/** The requests between two counts, without the kinds that did not occur. */
export function callsBetween(before: KubeCalls, after: KubeCalls): KubeCalls {
  return new Map(
    [...after]
      .map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** The sum of all kinds, or of those that `matches`. */
export function totalOf(calls: KubeCalls, matches: (kind: string) => boolean = () => true): number {
  return [...calls].reduce((sum, [kind, count]) => (matches(kind) ? sum + count : sum), 0);
}
