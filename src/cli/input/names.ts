import { RESOURCE_NAME_PATTERN, SECRET_KEY_PATTERN } from '../../api/fields.ts';
import { CliError } from '../errors.ts';

/** `text` where it is a valid name of an object. Throws `CliError` of exit `usage`, without `text`. */
export function requireName(what: string, text: string): string {
  if (text.length > 253 || !RESOURCE_NAME_PATTERN.test(text)) {
    throw new CliError('usage', `${what}: must be a valid object name (RFC 1123 subdomain).`);
  }
  return text;
}

/** `text` where it is a valid key of a Secret. Throws `CliError` of exit `usage`, without `text`. */
export function requireKey(what: string, text: string): string {
  if (text.length > 253 || !SECRET_KEY_PATTERN.test(text)) {
    throw new CliError('usage', `${what}: must be a valid key of a Secret.`);
  }
  return text;
}
