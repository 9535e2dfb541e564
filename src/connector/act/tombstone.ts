import { type Action, withPass } from './action-context.ts';

/** Stores the uid of a resource that is about to go, while its instance may still be created. */
export const writeTombstone: Action<'write-tombstone'> = async ({ ports }, world, { tombstone }) => {
  await ports.tombstones.write(tombstone);
  return withPass(world, { tombstoneWritten: true });
};
