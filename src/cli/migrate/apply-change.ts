import type { InfusionsoftConnector } from '../../api/connector.ts';
import type { Resources, SelectedConnector } from '../cluster/resources.ts';
import { CliError } from '../errors.ts';
import type { Change } from './changes/change.ts';
import type { Item, ItemState } from './item.ts';
import { assessSelected } from './plan.ts';

/** Status updates of the operator change the resourceVersion, too. */
const MAX_TRIES = 5;

/** How changes are made. */
export interface ApplyOptions {
  readonly resources: Pick<Resources, 'secret' | 'findConnector' | 'patchConnector'>;
  readonly change: Change;
  readonly ignoreGitOps: boolean;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

/**
 * Changes a connector by one conditional patch, and returns it with its new state. A connector that changed since it was
 * read is read and assessed again. An error of the API server is the state `failed`.
 */
export async function applyChange(options: ApplyOptions, planned: InfusionsoftConnector): Promise<Item> {
  let connector = planned;
  try {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const patched = await options.resources.patchConnector(
        connector,
        options.change.patchOf(connector, options.now()),
      );
      if (typeof patched !== 'string') {
        return { connector: patched.connector, state: { kind: 'waiting' } };
      }
      const { namespace, name } = connector.metadata;
      const found = await options.resources.findConnector(namespace, name);
      const state = await stateAgain(options, found, planned);
      connector = found?.connector ?? connector;
      if (state.kind !== 'planned') {
        return { connector: planned.metadata.uid === connector.metadata.uid ? connector : planned, state };
      }
    }
  } catch (error) {
    if (error instanceof CliError) {
      return { connector, state: { kind: 'failed', because: error.message } };
    }
    throw error;
  }
  return {
    connector,
    state: { kind: 'failed', because: 'Other clients changed it at the same time. Run this command again.' },
  };
}

async function stateAgain(
  options: ApplyOptions,
  found: SelectedConnector | undefined,
  planned: InfusionsoftConnector,
): Promise<ItemState> {
  if (found === undefined || found.connector.metadata.uid !== planned.metadata.uid) {
    return { kind: 'refused', because: 'was deleted.' };
  }
  return (
    (await assessSelected(options, found)) ?? { kind: 'refused', because: 'was changed by another client.' }
  );
}
