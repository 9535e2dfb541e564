import type { NamespacedName } from '../client/object.ts';
import { type ResourceType, resourceId } from '../client/paths.ts';

/** An object to be handled. */
export interface QueueKey {
  readonly resource: ResourceType;
  readonly object: NamespacedName;
}

/** `<resource id>|<namespace>/<name>`: the identity of a key, also for log lines. */
export function formatQueueKey({ resource, object }: QueueKey): string {
  return `${resourceId(resource)}|${object.namespace ?? ''}/${object.name}`;
}
