import { createHash } from 'node:crypto';
import type { Random } from '../../src/runtime/random.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** A generator for one purpose, so that the parts draw independently. */
export function derivedRandom(seed: number, purpose: string): Random {
  return seededRandom(derivedSeed(seed, purpose));
}

export function derivedSeed(seed: number, purpose: string): number {
  return createHash('sha256').update(`${seed} ${purpose}`).digest().readUInt32BE(0);
}

/** One of `choices`; they must not be empty. */
export function pick<T extends NonNullable<unknown>>(random: Random, choices: readonly T[]): T {
  const choice = choices[Math.floor(random.fraction() * choices.length)];
  if (choice === undefined) {
    throw new Error('There is nothing to choose from');
  }
  return choice;
}
