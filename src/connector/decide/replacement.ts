import type { Instance } from '../../openconnectors/port.ts';
import type { Action } from '../action.ts';
import { deletedInstances } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';
import { knownInstance, ownership } from '../observe/instances.ts';
import { removeWhileAlive } from './ownership.ts';
import { readInstance, stillShown } from './read-instance.ts';

/**
 * The end of a change of `spec.connector`: the new instance is in use and in status, the old one is deleted. Until the
 * status with the new one is written, the old one is left alone: a failure at any point leaves one that works.
 */
export function replace(input: ConnectorInput, instance: Instance): Action | undefined {
  const old = input.connector.status?.replacing;
  if (old === undefined || input.connector.status?.instance?.id !== instance.id || old.id === instance.id) {
    return undefined;
  }
  const known = knownInstance(input, old.id);
  if (known === 'not-found' || (known !== undefined && ownership(input, known) === 'foreign')) {
    return undefined;
  }
  if (known === undefined || known.tags === undefined) {
    return readInstance(input, old.id);
  }
  return deletedInstances(input.log).includes(old.id)
    ? stillShown(old.id)
    : removeWhileAlive(input, old.id, 'Replaced');
}
