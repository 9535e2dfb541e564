import { RESOURCE_NAME_PATTERN } from '../api/fields.ts';

/** Which connector a page is about. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

const NAMESPACE_PATTERN = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME_MAX_LENGTH = 253;

/** `undefined` for texts that no namespace or connector can be called. */
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

/** The inverse of `formatLocator`. */
export function readName(text: string): NamespacedName | undefined {
  const [namespace, name, ...more] = text.split('/');
  return namespace === undefined || name === undefined || more.length > 0
    ? undefined
    : parseName(namespace, name);
}
