import type { Clock } from 'test-kit/clock.ts';
import type { Random } from 'test-kit/random.ts';
import { type ObjectMeta, timestamp } from './objects.ts';
import type { Registry } from './registry.ts';
import type { Store } from './store.ts';

/** The state that every operation uses. One for each server. */
export interface Context {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
}

/** The time as it stands in objects. */
export function now(context: Context): string {
  return timestamp(context.clock.now());
}

/** An RFC 4122 version 4 UUID. */
export function newUid(context: Context): string {
  const bytes = context.random.bytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `generateName` with five random characters, cut to the 63 that names generated this way may have. */
export function generatedName(context: Context, prefix: string): string {
  const suffix = [...context.random.bytes(5)]
    .map((byte) => suffixAlphabet[byte % suffixAlphabet.length] ?? 'b')
    .join('');
  return prefix.slice(0, 58) + suffix;
}

/** Metadata of a new object: that of the client without the fields of the server. */
export function freshMetadata(context: Context, meta: ObjectMeta, generation: boolean): ObjectMeta {
  const {
    uid: _uid,
    resourceVersion: _version,
    generation: asked,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    ...rest
  } = meta;
  return {
    ...rest,
    uid: newUid(context),
    creationTimestamp: now(context),
    // Types that keep no generation leave the client's number as it is.
    ...(generation ? { generation: 1 } : asked === undefined ? {} : { generation: asked }),
  };
}
