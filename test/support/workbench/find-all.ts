/** Length of the hashed prefix; longer values are compared in full after a match. */
const WINDOW = 10;
const BASE = 31;

/**
 * The values that occur in `text`, found in one pass (Rabin-Karp): thousands of values in megabytes of
 * logs would take minutes one by one.
 * @throws RangeError for a value shorter than 10 characters.
 */
export function findAll(values: Iterable<string>, text: string): ReadonlySet<string> {
  const byHash = new Map<number, string[]>();
  for (const value of values) {
    if (value.length < WINDOW) {
      throw new RangeError(`a value has fewer than ${WINDOW} characters`);
    }
    const hash = hashOf(value);
    byHash.set(hash, [...(byHash.get(hash) ?? []), value]);
  }
  const found = new Set<string>();
  const highest = power(BASE, WINDOW);
  let hash = hashOf(text);
  for (let at = 0; at + WINDOW <= text.length; at++) {
    for (const value of byHash.get(hash) ?? []) {
      if (text.startsWith(value, at)) {
        found.add(value);
      }
    }
    hash = roll(hash, text.charCodeAt(at), text.charCodeAt(at + WINDOW), highest);
  }
  return found;
}

/** Of the first characters; all arithmetic is modulo 2^32. */
function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < WINDOW; at++) {
    hash = (Math.imul(hash, BASE) + text.charCodeAt(at)) | 0;
  }
  return hash;
}

function roll(hash: number, leaving: number, entering: number, highest: number): number {
  return (Math.imul(hash, BASE) + entering - Math.imul(leaving, highest)) | 0;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let count = 0; count < exponent; count++) {
    result = Math.imul(result, base);
  }
  return result;
}
