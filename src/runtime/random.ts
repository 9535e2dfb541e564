import { randomBytes, randomFillSync } from 'node:crypto';

/** Randomness as a dependency: `fraction` is uniform in [0, 1), `bytes` is cryptographically strong outside of tests. */
export interface Random {
  fraction(): number;
  bytes(length: number): Buffer;
}

/** A call of OpenSSL costs more than the bytes: each reconcile has a random id. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** The system's random numbers. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes(length) {
    if (length > pool.length) {
      return randomBytes(length);
    }
    if (pool.length - used < length) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = Buffer.from(pool.subarray(used, used + length));
    pool.fill(0, used, used + length); // One-time codes are among them.
    used += length;
    return bytes;
  },
};
