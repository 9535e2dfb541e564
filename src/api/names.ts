import { createHash } from 'node:crypto';

/** Length of the hash of a shortened name, in hexadecimal digits. */
const HASH_LENGTH = 8;

/**
 * `name` if it has at most `maxLength` characters; otherwise its beginning and a hash of the whole name, so that long
 * names stay distinct. A separator at the end is removed, as names and labels require.
 */
export function fitName(name: string, maxLength: number): string {
  if (name.length <= maxLength) {
    return name;
  }
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  const head = name.slice(0, maxLength - HASH_LENGTH - 1).replace(/[-.]+$/, '');
  return `${head}-${hash}`;
}
