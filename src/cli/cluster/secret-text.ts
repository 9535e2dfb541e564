import { decodeText } from '../../secrets/decode.ts';
import { CliError } from '../errors.ts';

/** The text under `key` of a Secret's `data`. Throws `CliError` where it is missing or invalid. */
export function secretText(data: Readonly<Record<string, string>>, secretName: string, key: string): string {
  const encoded = data[key];
  if (encoded === undefined) {
    throw new CliError('userAction', `Secret "${secretName}" has no key "${key}". Add it.`);
  }
  const decoded = decodeText(encoded);
  if ('why' in decoded) {
    throw new CliError('userAction', `Key "${key}" of Secret "${secretName}" ${decoded.why}. Correct it.`);
  }
  return decoded.text;
}
