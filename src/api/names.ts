import { createHash } from 'node:crypto';

/** Hexadecimal digits of the hash that stands for what was cut off. */
const HASH_LENGTH = 8;

/**
 * `name` where it fits into `maxLength`; otherwise its beginning and a hash of the whole, so that two long names with
 * the same beginning stay apart. What ends in a separator is trimmed, because names and labels must not.
 */
export function fitName(name: string, maxLength: number): string {
  if (name.length <= maxLength) {
    return name;
  }
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  const head = name.slice(0, maxLength - HASH_LENGTH - 1).replace(/[-.]+$/, '');
  return `${head}-${hash}`;
}
