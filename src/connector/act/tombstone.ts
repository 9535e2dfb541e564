import { type ActionHandler, withDone } from './action-context.ts';

/** Stores the uid of a resource that is about to go, while its instance may still be created. */
export const writeTombstone: ActionHandler<'write-tombstone'> = async ({ ports }, input, { tombstone }) => {
  await ports.tombstones.write(tombstone);
  return withDone(input, { tombstoneWritten: true });
};
