import { randomBytes } from 'node:crypto';

/** Randomness as a dependency: `fraction` is uniform in [0, 1), `bytes` is cryptographically strong outside of tests. */
export interface Random {
  fraction(): number;
  bytes(length: number): Buffer;
}

/** The system's random numbers. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (length) => randomBytes(length),
};
