import { type ActionHandler, done } from './action-context.ts';

/** Stores the uid of a resource that is deleted while its instance may still be created. */
export const writeTombstone: ActionHandler<'write-tombstone'> = async ({ ports }, input, { tombstone }) => {
  await ports.tombstones.write(tombstone);
  return done(input);
};
