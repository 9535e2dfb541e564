import { RESOURCE_NAME_PATTERN, SECRET_KEY_PATTERN } from '../../api/fields.ts';
import { CliError } from '../errors.ts';

/** `text`, if an object can have that name. Throws `CliError` of exit `usage` that names `what` alone. */
export function requireName(what: string, text: string): string {
  if (text.length > 253 || !RESOURCE_NAME_PATTERN.test(text)) {
    throw new CliError('usage', `${what}: is not a name of an object in Kubernetes.`);
  }
  return text;
}

/** `text`, if a Secret can have that key. Throws `CliError` of exit `usage`. */
export function requireKey(what: string, text: string): string {
  if (text.length > 253 || !SECRET_KEY_PATTERN.test(text)) {
    throw new CliError('usage', `${what}: is not a key of a Secret.`);
  }
  return text;
}
