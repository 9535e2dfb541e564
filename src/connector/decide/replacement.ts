import type { Instance } from '../../openconnectors/port.ts';
import type { Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { knownInstance, ownership } from '../observe/instances.ts';
import { removeWhileAlive } from './ownership.ts';
import { readInstance, stillShown } from './read-instance.ts';

/**
 * The end of a change of `spec.connector`: the new instance is in use and in status, the old one is deleted. Until the
 * status with the new one is written, the old one is left alone: a failure at any point leaves one that works.
 */
export function replace(world: ConnectorInput, instance: Instance): Action | undefined {
  const old = world.connector.status?.replacing;
  if (old === undefined || world.connector.status?.instance?.id !== instance.id || old.id === instance.id) {
    return undefined;
  }
  const known = knownInstance(world, old.id);
  if (known === 'not-found' || (known !== undefined && ownership(world, known) === 'foreign')) {
    return undefined;
  }
  if (known === undefined || known.tags === undefined) {
    return readInstance(world, old.id);
  }
  return world.done.deleted.includes(old.id)
    ? stillShown(old.id)
    : removeWhileAlive(world, old.id, 'Replaced');
}
