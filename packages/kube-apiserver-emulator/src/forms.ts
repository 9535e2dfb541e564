import { type KubeObject, omit } from './objects.ts';
import { once } from './once.ts';
import type { ResourceType } from './resource-type.ts';

/** The forms of stored objects in one version; each is computed once for each state of an object. */
export function formsOf(
  typedItems: boolean,
  convert: (stored: KubeObject) => KubeObject,
): Pick<ResourceType, 'encode' | 'item' | 'json' | 'itemJson'> {
  const encode = once(convert);
  const json = once((stored: KubeObject) => JSON.stringify(encode(stored)));
  const item = typedItems ? encode : once((stored: KubeObject) => omit(encode(stored), 'apiVersion', 'kind'));
  return {
    encode,
    item,
    json,
    itemJson: typedItems ? json : once((stored: KubeObject) => JSON.stringify(item(stored))),
  };
}
