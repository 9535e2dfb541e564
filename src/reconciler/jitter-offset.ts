import { createHash } from 'node:crypto';

/** A fraction in [0, 1) derived from `identity`, always the same: spreads what would otherwise happen at the same time. */
export function jitterOffsetOf(identity: string): number {
  return createHash('sha256').update(identity).digest().readUInt32BE(0) / 2 ** 32;
}
