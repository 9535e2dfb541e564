import { connectorKeyOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { ownershipOf } from '../../ownership/owner-tags.ts';
import type { ConnectorInput } from '../input.ts';

/** The instances that are there (none that is known to be gone), oldest id first. */
export function presentInstances(input: ConnectorInput): Instance[] {
  return [...input.external.instances.values()]
    .filter((instance) => instance !== 'not-found')
    .sort((a, b) => a.id - b.id);
}

/** What is known of one id: the instance, that it is gone, or nothing yet. */
export function knownInstance(input: ConnectorInput, id: number): Instance | 'not-found' | undefined {
  return input.external.instances.get(id);
}

/** Instances that this very resource made: its uid on them, and the connector it asks for. */
export function ownInstances(input: ConnectorInput): Instance[] {
  return createdInstances(input).filter((instance) => sameConnector(input, instance));
}

/** Everything that this very resource made, of whatever connector. */
export function createdInstances(input: ConnectorInput): Instance[] {
  return presentInstances(input).filter((instance) => ownership(input, instance) === 'this-resource');
}

/** Instances of the same cluster, namespace and name but another uid: what a restored backup finds. */
export function restorableInstances(input: ConnectorInput): Instance[] {
  return presentInstances(input).filter((instance) => ownership(input, instance) === 'same-name');
}

/** Whether an instance is of the connector that the resource asks for. An answer without the key does not tell. */
export function sameConnector(input: ConnectorInput, instance: Instance): boolean {
  return instance.connector === undefined || instance.connector === connectorKeyOf(input.connector.spec);
}

/** Whose an instance is. Without tags in the answer it cannot be told, and counts as nobody's. */
export function ownership(input: ConnectorInput, instance: Instance): ReturnType<typeof ownershipOf> {
  return ownershipOf(instance.tags ?? [], input.tags);
}

/**
 * The instance that the resource works with: the one in status, else the one it names by `importId`, else the oldest
 * that it made. `undefined` where there is none; `gone` where the one in status was deleted at the remote side. While
 * `spec.connector` is being changed it is the new one, as soon as there is one.
 */
export function chosenInstance(
  input: ConnectorInput,
): { readonly id: number; readonly instance: Instance | 'not-found' | undefined } | undefined {
  const { status, spec } = input.connector;
  const recorded = status?.instance?.id ?? spec.instance?.importId;
  const known = recorded === undefined ? 'not-found' : knownInstance(input, recorded);
  const isOutdated = recorded !== undefined && known !== 'not-found' && needsReplacement(input, known);
  if (
    recorded !== undefined &&
    ((known !== 'not-found' && !isOutdated) || recorded === spec.instance?.importId)
  ) {
    return { id: recorded, instance: known };
  }
  const made =
    ownInstances(input).find(({ id }) => id !== recorded) ??
    (isOutdated ? undefined : restorableInstances(input)[0]);
  if (made !== undefined) {
    return { id: made.id, instance: made };
  }
  return recorded === undefined || isOutdated ? undefined : { id: recorded, instance: 'not-found' };
}

/** Whether the instance in status is of another connector than the resource asks for now. */
function needsReplacement(input: ConnectorInput, known: Instance | undefined): boolean {
  const { status, spec } = input.connector;
  const connector = known?.connector ?? status?.instance?.connector;
  return status?.instance !== undefined && connector !== undefined && connector !== connectorKeyOf(spec);
}
