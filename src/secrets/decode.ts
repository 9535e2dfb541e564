import { MASKED } from './mask.ts';

/** The longest value that Open Connectors accepts for a parameter, with a margin. */
export const MAX_LENGTH = 8_192;

/** The text of a base64 value, without a newline at its end (`echo` adds one), or why the value is invalid. */
export function decodeText(encoded: string): { readonly text: string } | { readonly why: string } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return { why: 'is not text (UTF-8)' };
  }
  text = text.replace(/\r?\n$/, '');
  if (text.trim() === '') {
    return { why: 'is empty' };
  }
  if (text.trim() !== text) {
    return { why: 'starts or ends with white space' };
  }
  if (/\p{Cc}/u.test(text)) {
    return { why: 'contains control characters or several lines' };
  }
  if (text.length > MAX_LENGTH) {
    return { why: `is longer than ${MAX_LENGTH} characters` };
  }
  if (text === MASKED) {
    return { why: 'is the mask that Open Connectors shows instead of a secret, not the secret' };
  }
  return { text };
}
