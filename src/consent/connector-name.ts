import { RESOURCE_NAME_PATTERN } from '../api/fields.ts';

/** The connector of a page. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

const NAMESPACE_PATTERN = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME_MAX_LENGTH = 253;

/** `undefined` where the namespace or the name is invalid. */
export function parseName(namespace: string, name: string): NamespacedName | undefined {
  return NAMESPACE_PATTERN.test(namespace) &&
    name.length <= NAME_MAX_LENGTH &&
    RESOURCE_NAME_PATTERN.test(name)
    ? { namespace, name }
    : undefined;
}

/** `<namespace>/<name>`. */
export function formatName({ namespace, name }: NamespacedName): string {
  return `${namespace}/${name}`;
}

/** The inverse of `formatName`; `undefined` for an invalid text. */
export function readName(text: string): NamespacedName | undefined {
  const [namespace, name, ...more] = text.split('/');
  return namespace === undefined || name === undefined || more.length > 0
    ? undefined
    : parseName(namespace, name);
}
