import { takesOver } from '../../api/annotations.ts';
import { elementKeyOf } from '../../api/defaults.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { ownerInWords } from '../../ownership/owner-tags.ts';
import { PROBE_INTERVAL_MS } from '../../reconciler/backoff.ts';
import { type Action, blocked } from '../action.ts';
import { deletedInstances, isAuthorized, isRead, isRemovalRecorded, isSearched } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';
import { heldIdsOf } from '../observe/held-instances.ts';
import { knownInstance, ownership, sameConnector } from '../observe/instances.ts';
import { wasCreatedBySend } from '../observe/record-outcome.ts';
import { stillShown } from './read-instance.ts';

/** Makes sure that the instance is this resource's own before anything on it is touched. */
export function claim(input: ConnectorInput, instance: Instance): Action | undefined {
  return (
    mismatch(input, instance) ??
    otherClaimant(input, instance) ??
    foreign(input, instance) ??
    ambiguous(input, instance) ??
    readBeforeAdoption(input, instance) ??
    addFinalizer(input) ??
    removeDuplicate(input, instance)
  );
}

/** The element of an existing instance cannot be changed. */
function mismatch(input: ConnectorInput, instance: Instance): Action | undefined {
  if (input.connector.spec.instance?.importId !== instance.id || sameConnector(input, instance)) {
    return undefined;
  }
  return blocked(
    'Synced',
    'ConnectorMismatch',
    `Instance ${instance.id} (spec.instance.importId) has connector "${instance.element}", not "${elementKeyOf(input.connector.spec)}". Correct spec.connector, or import another instance.`,
  );
}

/** Of two resources that claim an instance without an owner, the older one gets it. */
function otherClaimant(input: ConnectorInput, instance: Instance): Action | undefined {
  const [other] = input.claimants;
  if (other === undefined || ownership(input, instance) !== 'unowned') {
    return undefined;
  }
  return blocked(
    'Synced',
    'ForeignOwner',
    `Instance ${instance.id} is claimed by the older InfusionsoftConnector "${other}". Delete one of the two resources.`,
  );
}

function foreign(input: ConnectorInput, instance: Instance): Action | undefined {
  if (ownership(input, instance) !== 'foreign' || takesOver(input.connector)) {
    return undefined;
  }
  return blocked(
    'Synced',
    'ForeignOwner',
    `Instance ${instance.id} has another owner: "${ownerInWords(instance.tags ?? [])}". To take it over, set the annotation openconnectors.dev/take-over: "true".`,
  );
}

/** A restored backup finds the instance of its former self by name; only when there is no doubt which one. */
function ambiguous(input: ConnectorInput, instance: Instance): Action | undefined {
  if (input.connector.status?.instance !== undefined || ownership(input, instance) !== 'same-name') {
    return undefined;
  }
  if (!isSearched(input.log)) {
    // What the inventory has may be minutes old, and this is decided only once.
    return { type: 'search' };
  }
  const candidates = input.instances.restorable;
  if (candidates.length === 1 && sameConnector(input, instance)) {
    return undefined;
  }
  return blocked(
    'Synced',
    'AmbiguousOwner',
    candidates.length === 1
      ? `Instance ${instance.id} carries the owner tags of this resource, but has connector "${instance.element}". Correct spec.connector, or delete the instance in Open Connectors.`
      : `Several instances carry the owner tags of this resource: ${idList(candidates)}. Delete all but one in Open Connectors.`,
  );
}

/** The first ids of a list, for a message. */
function idList(instances: readonly Instance[]): string {
  const ids = instances.slice(0, 5).map(({ id }) => `${id}`);
  return `${ids.join(', ')}${instances.length > ids.length ? ' and others' : ''}`;
}

/** An instance that status does not hold yet is read by id first: what a listing shows may be minutes old. */
function readBeforeAdoption(input: ConnectorInput, instance: Instance): Action | undefined {
  const { status } = input.connector;
  const isInStatus = [status?.instance?.id, status?.next?.id].includes(instance.id);
  return isInStatus || isAuthorized(input.log) || isRead(input.log, instance.id)
    ? undefined
    : { type: 'read-instance', id: instance.id };
}

function addFinalizer(input: ConnectorInput): Action | undefined {
  return input.connector.metadata.finalizers?.includes(FINALIZER) ? undefined : { type: 'add-finalizer' };
}

/**
 * A second instance with the uid of this resource. One that a lost answer left behind is deleted; one that was copied in
 * the console is reported to the user.
 */
function removeDuplicate(input: ConnectorInput, instance: Instance): Action | undefined {
  const unconfirmed = deletedInstances(input.log).find((id) => knownInstance(input, id) === undefined);
  if (unconfirmed !== undefined) {
    return { type: 'read-instance', id: unconfirmed };
  }
  const ids = [instance.id, ...heldIdsOf(input.connector)];
  const duplicate = input.instances.created.find(({ id }) => !ids.includes(id));
  if (duplicate === undefined) {
    return undefined;
  }
  if (deletedInstances(input.log).includes(duplicate.id)) {
    return stillShown(duplicate.id);
  }
  const inUse = input.instances.present.filter(({ id }) => ids.includes(id));
  return wasCreatedBySend(input, duplicate, inUse)
    ? removeWhileAlive(input, duplicate.id, 'DuplicateRemoved')
    : blocked(
        'Synced',
        'AmbiguousOwner',
        `Instances ${instance.id} and ${duplicate.id} carry the owner tags of this resource. Delete one of them in Open Connectors, or remove its k8s- tags.`,
        { kind: 'at', time: input.now + PROBE_INTERVAL_MS },
      );
}

/** The next action to delete an instance of a resource that lives on: status names the instance first. */
export function removeWhileAlive(
  input: ConnectorInput,
  id: number,
  reason: 'DuplicateRemoved' | 'Replaced',
): Action {
  return isRemovalRecorded(input.log, id)
    ? { type: 'delete-instance', id, reason }
    : { type: 'record-removal', id };
}
