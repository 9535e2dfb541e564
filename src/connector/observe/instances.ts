import { elementKeyOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { type Ownership, ownershipOf } from '../../ownership/owner-tags.ts';
import type { ChosenInstance, ConnectorInstances, Observation } from '../input.ts';

/** The instances of the resource by owner, and the one that it works with. */
export function instancesOf(observation: Observation): ConnectorInstances {
  const present = [...observation.external.instances.values()]
    .filter((instance) => instance !== 'not-found')
    .sort((a, b) => a.id - b.id);
  const of = (owner: Ownership) => present.filter((instance) => ownership(observation, instance) === owner);
  const found = { present, created: of('this-resource'), restorable: of('same-name') };
  return {
    ...found,
    chosen: observation.violations.length > 0 ? undefined : chosenInstance(observation, found),
  };
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
 * The instance in status, else the one that the spec names by `importId`, else the oldest that the resource created.
 * `undefined` where there is none; `not-found` where the one in status was deleted in Open Connectors. While
 * `spec.connector` is being changed it is the new one, as soon as it exists.
 */
function chosenInstance(
  observation: Observation,
  { created, restorable }: Pick<ConnectorInstances, 'created' | 'restorable'>,
): ChosenInstance | undefined {
  const { status, spec } = observation.connector;
  const recorded = status?.instance?.id ?? spec.instance?.importId;
  const known = recorded === undefined ? 'not-found' : knownInstance(observation, recorded);
  const isOutdated = recorded !== undefined && known !== 'not-found' && needsReplacement(observation, known);
  if (
    recorded !== undefined &&
    ((known !== 'not-found' && !isOutdated) || recorded === spec.instance?.importId)
  ) {
    return { id: recorded, instance: known };
  }
  const other =
    created.find((instance) => instance.id !== recorded && sameConnector(observation, instance)) ??
    (isOutdated ? undefined : restorable[0]);
  if (other !== undefined) {
    return { id: other.id, instance: other };
  }
  return recorded === undefined || isOutdated ? undefined : { id: recorded, instance: 'not-found' };
}

/** Whether the instance in status is of another element than the resource asks for now. */
function needsReplacement(observation: Observation, known: Instance | undefined): boolean {
  const { status, spec } = observation.connector;
  const element = known?.element ?? status?.instance?.connector;
  return status?.instance !== undefined && element !== undefined && element !== elementKeyOf(spec);
}
