import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../kube/client/object.ts';

/**
 * The JSON merge patch (RFC 7396) that turns `before` into `after`: only what differs, `null` for what was removed, lists
 * whole. `undefined` when nothing differs, so that nothing needs to be written.
 */
export function mergePatch(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, wanted] = [before[key], after[key]];
    if (isDeepStrictEqual(old, wanted)) {
      continue;
    }
    if (wanted === undefined) {
      patch[key] = null;
    } else if (isRecord(old) && isRecord(wanted)) {
      patch[key] = mergePatch(old, wanted) ?? {};
    } else {
      patch[key] = wanted;
    }
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
