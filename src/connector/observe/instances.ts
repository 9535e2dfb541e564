import { elementKeyOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { type Ownership, ownershipOf, uidOfTag } from '../../ownership/owner-tags.ts';
import { areTagsReleased } from '../action-log.ts';
import type { ChosenInstance, ConnectorInstances, Observation } from '../input.ts';

/** The instances of the resource by owner, and the one that it works with. */
export function instancesOf(observation: Observation): ConnectorInstances {
  const present = [...observation.external.instances.values()]
    .filter((instance) => instance !== 'not-found')
    .sort((a, b) => a.id - b.id);
  const of = (owner: Ownership) => present.filter((instance) => ownership(observation, instance) === owner);
  const found = {
    present,
    created: of('this-resource'),
    restorable: of('same-name').filter((one) => !isOfDeleted(observation, one)),
  };
  if (observation.violations.length > 0) {
    return { ...found, chosen: undefined, inUse: undefined };
  }
  const chosen = chosenInstance(observation, found);
  return { ...found, chosen, inUse: instanceInUse(observation, chosen) };
}

function isOfDeleted({ deletedUids }: Observation, { tags = [] }: Instance): boolean {
  return tags.some((tag) => deletedUids.has(uidOfTag(tag) ?? ''));
}

/** What is known of one id: the instance, that it does not exist, or nothing yet. */
export function knownInstance({ external }: Observation, id: number): Instance | 'not-found' | undefined {
  return external.instances.get(id);
}

/** Whether an instance is of the element that the resource asks for. An answer without the key counts as equal. */
export function sameConnector({ connector }: Observation, instance: Instance): boolean {
  return instance.element === undefined || instance.element === elementKeyOf(connector.spec);
}

/** Whose an instance is. Without tags in the answer the owner is unknown, and the instance counts as unowned. */
export function ownership({ tags }: Observation, instance: Instance): Ownership {
  return ownershipOf(instance.tags ?? [], tags);
}

/**
 * Whether an instance that status names besides the one in use still has to be released: it may exist, it is this
 * resource's, and its tags are still on it.
 */
export function isHeld(observation: Observation, id: number): boolean {
  const known = knownInstance(observation, id);
  if (known === 'not-found' || areTagsReleased(observation.log, id)) {
    return false;
  }
  return known?.tags === undefined || ownership(observation, known) === 'this-resource';
}

/**
 * The instance in status, else the one that the spec names by `importId`, else the oldest that the resource created.
 * `undefined` where there is none; `not-found` where the one in status was deleted in Open Connectors. While
 * `spec.connector` is being changed it is the one of the new element, as soon as it exists.
 */
function chosenInstance(
  observation: Observation,
  { created, restorable }: Pick<ConnectorInstances, 'created' | 'restorable'>,
): ChosenInstance | undefined {
  const { status, spec } = observation.connector;
  const recorded = status?.instance?.id ?? spec.instance?.importId;
  const known = recorded === undefined ? 'not-found' : knownInstance(observation, recorded);
  const isAdopted = recorded === spec.instance?.importId;
  const isOutdated = recorded !== undefined && needsReplacement(observation, known);
  if (recorded !== undefined && !isOutdated && (known !== 'not-found' || isAdopted)) {
    return { id: recorded, instance: known };
  }
  const other = heldOfElement(observation) ?? createdOfElement(observation, created, recorded);
  if (other !== undefined) {
    return other;
  }
  const isThere = isOutdated && known !== 'not-found';
  const restored = isThere ? undefined : restorable[0];
  if (restored !== undefined) {
    return { id: restored.id, instance: restored };
  }
  return recorded === undefined || isThere || (isOutdated && isAdopted)
    ? undefined
    : { id: recorded, instance: 'not-found' };
}

function createdOfElement(
  observation: Observation,
  created: readonly Instance[],
  recorded: number | undefined,
): ChosenInstance | undefined {
  const found = created.find((instance) => instance.id !== recorded && sameConnector(observation, instance));
  return found && { id: found.id, instance: found };
}

/** The instance of the element that status names before a switch, or keeps after one. */
function heldOfElement(observation: Observation): ChosenInstance | undefined {
  const { next, replacing } = observation.connector.status ?? {};
  const element = elementKeyOf(observation.connector.spec);
  const held = [next, replacing].find((candidate) => {
    const known = candidate && knownInstance(observation, candidate.id);
    const shown = known === 'not-found' ? undefined : known?.element;
    return (
      candidate !== undefined &&
      isHeld(observation, candidate.id) &&
      (shown ?? candidate.connector) === element
    );
  });
  return held && { id: held.id, instance: knownInstance(observation, held.id) };
}

/** Whether the instance in status is of another element than the resource asks for now. */
function needsReplacement(observation: Observation, known: Instance | 'not-found' | undefined): boolean {
  const { status, spec } = observation.connector;
  const shown = known === 'not-found' ? undefined : known?.element;
  const element = shown ?? status?.instance?.connector;
  return status?.instance !== undefined && element !== undefined && element !== elementKeyOf(spec);
}

/** The instance that applications use, where it is not the chosen one. */
function instanceInUse(
  observation: Observation,
  chosen: ChosenInstance | undefined,
): ChosenInstance | undefined {
  const id = observation.connector.status?.instance?.id;
  const instance = id === undefined ? 'not-found' : knownInstance(observation, id);
  return id === undefined || instance === 'not-found' || id === chosen?.id ? undefined : { id, instance };
}
