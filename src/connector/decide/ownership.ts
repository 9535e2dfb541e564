import { takesOver } from '../../api/annotations.ts';
import { connectorKeyOf } from '../../api/defaults.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { ownerInWords } from '../../ownership/owner-tags.ts';
import { PROBE_INTERVAL_MS } from '../../reconciler/backoff.ts';
import { blocked, type Step } from '../action.ts';
import type { World } from '../input.ts';
import {
  knownInstance,
  madeInstances,
  namesakes,
  ownership,
  presentInstances,
  sameConnector,
} from '../observe/instances.ts';
import { wasCreatedBySend } from '../observe/record-outcome.ts';
import { stillShown } from './read-instance.ts';

/** Makes sure that the instance is this resource's own before anything on it is touched. */
export function claim(world: World, instance: Instance): Step | undefined {
  return (
    mismatch(world, instance) ??
    rival(world, instance) ??
    foreign(world, instance) ??
    ambiguous(world, instance) ??
    readBeforeAdoption(world, instance) ??
    hold(world) ??
    removeDuplicate(world, instance)
  );
}

/** An instance that was there before cannot be made into one of another connector. */
function mismatch(world: World, instance: Instance): Step | undefined {
  if (world.connector.spec.instance?.importId !== instance.id || sameConnector(world, instance)) {
    return undefined;
  }
  return blocked(
    'Synced',
    'ConnectorMismatch',
    `Instance ${instance.id}, named by spec.instance.importId, is of connector "${instance.connector}", not "${connectorKeyOf(world.connector.spec)}". Set spec.connector to it, or create the resource anew with another id.`,
  );
}

/** Of two resources that claim an instance without an owner, the older one gets it. */
function rival(world: World, instance: Instance): Step | undefined {
  const [other] = world.rivals;
  if (other === undefined || ownership(world, instance) !== 'unowned') {
    return undefined;
  }
  return blocked(
    'Synced',
    'ForeignOwner',
    `Instance ${instance.id} is also claimed by the older InfusionsoftConnector "${other}" of this cluster, which gets it. Delete one of the two, or let this one name another instance.`,
  );
}

function foreign(world: World, instance: Instance): Step | undefined {
  if (ownership(world, instance) !== 'foreign' || takesOver(world.connector)) {
    return undefined;
  }
  return blocked(
    'Synced',
    'ForeignOwner',
    `Instance ${instance.id} carries the tags of another owner (${ownerInWords(instance.tags ?? [])}) and is left alone. If it should be this resource's, set the annotation openconnectors.dev/take-over: "true".`,
  );
}

/** A restored backup finds the instance of its former self by name; only when there is no doubt which one. */
function ambiguous(world: World, instance: Instance): Step | undefined {
  if (world.connector.status?.instance !== undefined || ownership(world, instance) !== 'same-name') {
    return undefined;
  }
  if (!world.pass.searched) {
    // What the inventory has may be minutes old, and this is decided only once.
    return { do: 'search' };
  }
  const candidates = namesakes(world);
  if (candidates.length === 1 && sameConnector(world, instance)) {
    return undefined;
  }
  return blocked(
    'Synced',
    'AmbiguousOwner',
    `Several instances carry the tags of a resource of this name, or one of another connector: ${candidates.map(({ id }) => id).join(', ')}. Delete those that are not wanted in Open Connectors, or name the right one in spec.instance.importId of a new resource.`,
  );
}

/** An instance that status does not hold yet is read by id first: what a listing shows may be minutes old. */
function readBeforeAdoption(world: World, instance: Instance): Step | undefined {
  const isHeld = world.connector.status?.instance?.id === instance.id || world.pass.authorized;
  return isHeld || world.pass.read.includes(instance.id)
    ? undefined
    : { do: 'read-instance', id: instance.id };
}

function hold(world: World): Step | undefined {
  return world.connector.metadata.finalizers?.includes(FINALIZER) ? undefined : { do: 'hold' };
}

/**
 * A second instance with the uid of this resource. One that a lost answer left behind is deleted; one that was copied in
 * the console is for a person to judge.
 */
function removeDuplicate(world: World, instance: Instance): Step | undefined {
  const unconfirmed = world.pass.deleted.find((id) => knownInstance(world, id) === undefined);
  if (unconfirmed !== undefined) {
    return { do: 'read-instance', id: unconfirmed };
  }
  const { status } = world.connector;
  const ids = [instance.id, status?.instance?.id, status?.replacing?.id];
  const duplicate = madeInstances(world).find(({ id }) => !ids.includes(id));
  if (duplicate === undefined) {
    return undefined;
  }
  if (world.pass.deleted.includes(duplicate.id)) {
    return stillShown(duplicate.id);
  }
  const inUse = presentInstances(world).filter(({ id }) => ids.includes(id));
  return wasCreatedBySend(world, duplicate, inUse)
    ? removeWhileAlive(world, duplicate.id, 'DuplicateRemoved')
    : blocked(
        'Synced',
        'AmbiguousOwner',
        `Instances ${instance.id} and ${duplicate.id} carry the tags of this resource. Delete one of them, or remove its k8s- tags, in Open Connectors.`,
        { kind: 'at', time: world.now + PROBE_INTERVAL_MS },
      );
}

/** The next step to delete an instance of a resource that lives on: status names the instance before it is deleted. */
export function removeWhileAlive(world: World, id: number, reason: 'DuplicateRemoved' | 'Replaced'): Step {
  return world.pass.removalsRecorded.includes(id)
    ? { do: 'delete-instance', id, reason }
    : { do: 'record-removal', id };
}
