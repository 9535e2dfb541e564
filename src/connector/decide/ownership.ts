import { takesOver } from '../../api/annotations.ts';
import { connectorKeyOf } from '../../api/defaults.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { ownerInWords } from '../../ownership/owner-tags.ts';
import { PROBE_INTERVAL_MS } from '../../reconciler/backoff.ts';
import { blocked, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import {
  knownInstance,
  createdInstances,
  restorableInstances,
  ownership,
  presentInstances,
  sameConnector,
} from '../observe/instances.ts';
import { wasCreatedBySend } from '../observe/record-outcome.ts';
import { stillShown } from './read-instance.ts';

/** Makes sure that the instance is this resource's own before anything on it is touched. */
export function claim(world: ConnectorInput, instance: Instance): Action | undefined {
  return (
    mismatch(world, instance) ??
    otherClaimant(world, instance) ??
    foreign(world, instance) ??
    ambiguous(world, instance) ??
    readBeforeAdoption(world, instance) ??
    addFinalizer(world) ??
    removeDuplicate(world, instance)
  );
}

/** An instance that was there before cannot be made into one of another connector. */
function mismatch(world: ConnectorInput, instance: Instance): Action | undefined {
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
function otherClaimant(world: ConnectorInput, instance: Instance): Action | undefined {
  const [other] = world.claimants;
  if (other === undefined || ownership(world, instance) !== 'unowned') {
    return undefined;
  }
  return blocked(
    'Synced',
    'ForeignOwner',
    `Instance ${instance.id} is also claimed by the older InfusionsoftConnector "${other}" of this cluster, which gets it. Delete one of the two, or let this one name another instance.`,
  );
}

function foreign(world: ConnectorInput, instance: Instance): Action | undefined {
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
function ambiguous(world: ConnectorInput, instance: Instance): Action | undefined {
  if (world.connector.status?.instance !== undefined || ownership(world, instance) !== 'same-name') {
    return undefined;
  }
  if (!world.done.searched) {
    // What the inventory has may be minutes old, and this is decided only once.
    return { type: 'search' };
  }
  const candidates = restorableInstances(world);
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
function readBeforeAdoption(world: ConnectorInput, instance: Instance): Action | undefined {
  const isHeld = world.connector.status?.instance?.id === instance.id || world.done.authorized;
  return isHeld || world.done.read.includes(instance.id)
    ? undefined
    : { type: 'read-instance', id: instance.id };
}

function addFinalizer(world: ConnectorInput): Action | undefined {
  return world.connector.metadata.finalizers?.includes(FINALIZER) ? undefined : { type: 'add-finalizer' };
}

/**
 * A second instance with the uid of this resource. One that a lost answer left behind is deleted; one that was copied in
 * the console is for a person to judge.
 */
function removeDuplicate(world: ConnectorInput, instance: Instance): Action | undefined {
  const unconfirmed = world.done.deleted.find((id) => knownInstance(world, id) === undefined);
  if (unconfirmed !== undefined) {
    return { type: 'read-instance', id: unconfirmed };
  }
  const { status } = world.connector;
  const ids = [instance.id, status?.instance?.id, status?.replacing?.id];
  const duplicate = createdInstances(world).find(({ id }) => !ids.includes(id));
  if (duplicate === undefined) {
    return undefined;
  }
  if (world.done.deleted.includes(duplicate.id)) {
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
export function removeWhileAlive(world: ConnectorInput, id: number, reason: 'DuplicateRemoved' | 'Replaced'): Action {
  return world.done.removalsRecorded.includes(id)
    ? { type: 'delete-instance', id, reason }
    : { type: 'record-removal', id };
}
