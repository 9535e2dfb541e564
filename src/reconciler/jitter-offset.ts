import { createHash } from 'node:crypto';

/** A fraction in [0, 1) that belongs to `identity` for ever: spreads what would otherwise happen all at once. */
export function jitterOffsetOf(identity: string): number {
  return createHash('sha256').update(identity).digest().readUInt32BE(0) / 2 ** 32;
}
