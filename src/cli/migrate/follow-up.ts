import type { Change } from './changes/change.ts';
import type { Item } from './item.ts';

/** The command line for the connectors of this run with other flags. */
export type CommandWith = (flags: readonly string[]) => string;

/** What a user does next with the connectors that are done; empty where nothing is left. */
export function followUp(
  { next }: Change,
  items: readonly Item[],
  commandWith: CommandWith,
  now: number,
): readonly string[] {
  const isAwaited = items.some(
    ({ connector, state }) => state.kind === 'done' && next?.change.assess(connector, now).kind === 'planned',
  );
  if (next === undefined || !isAwaited) {
    return [];
  }
  const { verb, flags } = next.change.words;
  return [next.text, `To ${verb}, run: ${commandWith([...flags, '--yes'])}`];
}
