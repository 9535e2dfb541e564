import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../client/object.ts';
import type { Change } from '../watch/reflector.ts';
import type { Priority } from './fair-queue.ts';

/**
 * How urgent a change of a watched object is: `edit` for what users do (creation, deletion, spec, annotations), `change`
 * for everything else, such as status and labels, `resync` for the objects of the first list.
 */
export function priorityOf(change: Change<KubeObject>): Priority {
  if (change.type === 'delete') {
    return 'edit';
  }
  if (change.isInitial) {
    return 'resync';
  }
  return change.previous === undefined || isEdited(change.previous, change.object) ? 'edit' : 'change';
}

function isEdited({ metadata: before }: KubeObject, { metadata: now }: KubeObject): boolean {
  return (
    before.generation !== now.generation ||
    before.deletionTimestamp !== now.deletionTimestamp ||
    !isDeepStrictEqual(before.annotations ?? {}, now.annotations ?? {})
  );
}
