/** What a key of the work queue names. */
export interface QueueKey {
  /** `<plural>.<group>/<version>`. */
  readonly id: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

/** `<id>|<namespace>/<name>`. */
export function formatQueueKey({ id, namespace, name }: QueueKey): string {
  return `${id}|${namespace}/${name}`;
}

/** The reverse of `formatQueueKey`. */
export function parseQueueKey(key: string): QueueKey {
  const bar = key.indexOf('|');
  const slash = key.indexOf('/', bar);
  return { id: key.slice(0, bar), namespace: key.slice(bar + 1, slash), name: key.slice(slash + 1) };
}
