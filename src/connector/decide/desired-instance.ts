import { conditionOf } from '../../api/condition.ts';
import { elementKeyOf, isEnabled } from '../../api/defaults.ts';
import type { Grant, Instance, InstanceBody, InstancePatch } from '../../openconnectors/port.ts';
import { EVENT_PARAMETERS } from '../../provider/events.ts';
import type { ConnectorInput } from '../input.ts';
import { EVENT_FIELDS, enablesEvents } from './event-fields.ts';
import { MASKED_CONFIGURATION, NAME, type ShownField, shownConfiguration, TAGS } from './instance-fields.ts';
import { textOf } from './obtain-secrets.ts';

/** Whether the spec asks for an instance that answers calls. */
export function desiredEnabled(input: ConnectorInput): boolean {
  return isEnabled(input.connector.spec);
}

/** What the operator set instance `id` to last, or found and left so: true is enabled. */
export function recordedEnabled({ connector }: ConnectorInput, id: number): boolean | undefined {
  const recorded = connector.status?.instance;
  return recorded?.id === id ? recorded.enabled : undefined;
}

/** The whole instance with all true values, for a create or a re-authorization. All values must have been read. */
export function instanceBody(input: ConnectorInput, grant: Grant): InstanceBody {
  const shown = shownConfiguration(input).map(({ field, desired }) => [field, desired(input)] as const);
  return {
    element: elementKeyOf(input.connector.spec),
    name: NAME.desired(input) ?? '',
    tags: TAGS.desired(input) ?? [],
    configuration: definedEntries([...shown, ...maskedEntries(input, MASKED_CONFIGURATION)]),
    grant,
  };
}

/** The values of the Secrets that an update may carry. All must have been read. */
export function secretConfiguration(input: ConnectorInput): Readonly<Record<string, string>> {
  return definedEntries(
    maskedEntries(
      input,
      MASKED_CONFIGURATION.filter(({ changedBy }) => changedBy === 'patch'),
    ),
  );
}

function maskedEntries(input: ConnectorInput, fields: typeof MASKED_CONFIGURATION) {
  return fields.map(({ field, desired }) => {
    const found = desired(input);
    return [field, found && textOf(found)] as const;
  });
}

/** Whether the resource was edited since the instance last equalled it: also where that was tried and failed. */
export function specChanged(input: ConnectorInput): boolean {
  const { status, metadata } = input.connector;
  const synced = conditionOf(input.connector, 'Synced');
  const isSettled = synced?.status === 'True' || synced?.reason === 'DriftDetected';
  return status?.observedGeneration !== metadata.generation || !isSettled;
}

/** The smallest change that makes the instance equal to the resource; `undefined` when nothing differs. */
export function difference(input: ConnectorInput, instance: Instance): InstancePatch | undefined {
  const isUnknown = isBaseline(input);
  // A value that the API leaves out is sent after an edit only: it may never show it.
  const shown = configurationOf(input, instance, specChanged(input) && !isUnknown);
  const masked = MASKED_CONFIGURATION.map(({ field, desired, changedBy }) => {
    const value = desired(input)?.value;
    // A signature key belongs to the events that the operator enables, also on an adopted instance.
    const isNew = !isUnknown || (field === EVENT_PARAMETERS.signatureKey && enablesEvents(input));
    const isDue = changedBy === 'patch' && value?.state === 'value' && (value.changed ?? isNew);
    return [field, isDue ? value.value : undefined] as const;
  });
  return patchOf(input, instance, { ...shown, ...definedEntries(masked) });
}

/**
 * Whether the values that the API does not show count as those of the instance: it was adopted, and the operator has
 * neither applied nor sent anything. They are sent when they change.
 */
function isBaseline({ connector: { status }, record }: ConnectorInput): boolean {
  return (status?.credentials ?? []).length === 0 && record === undefined;
}

/** What the instance still shows otherwise after it was changed: values that Open Connectors did not keep. */
export function shownDifference(input: ConnectorInput, instance: Instance): InstancePatch | undefined {
  return patchOf(input, instance, configurationOf(input, instance, false));
}

/** Longest list of fields in a message. */
const SHOWN_FIELDS = 5;

/** The fields of the instance that `patch` changes, for a message: the first ones, without values. */
export function describePatch(patch: InstancePatch): string {
  const fields = [
    ...(patch.name === undefined ? [] : [NAME.field]),
    ...(patch.tags === undefined ? [] : [TAGS.field]),
    ...Object.keys(patch.configuration ?? {})
      .sort()
      .map((key) => `configuration "${key}"`),
  ];
  return `${fields.slice(0, SHOWN_FIELDS).join(', ')}${fields.length > SHOWN_FIELDS ? ' and more' : ''}`;
}

/** Whether the patch changes the configuration of events, which is read back. */
export function changesEvents({ configuration = {} }: InstancePatch): boolean {
  return EVENT_FIELDS.some(({ key }) => key in configuration);
}

/** Whether the patch carries the value of a Secret. */
export function carriesSecret({ configuration = {} }: InstancePatch): boolean {
  return MASKED_CONFIGURATION.some(({ field }) => field in configuration);
}

function patchOf(
  input: ConnectorInput,
  instance: Instance,
  configuration: Readonly<Record<string, string>>,
): InstancePatch | undefined {
  const name = isLeftToOthers(input, NAME.field) ? undefined : changeOf(NAME, input, instance, false);
  const tags = changeOf(TAGS, input, instance, false);
  const patch = {
    ...(name !== undefined && { name }),
    ...(tags !== undefined && { tags }),
    ...(Object.keys(configuration).length > 0 && { configuration }),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Whether the spec leaves a field of an existing instance to other clients. */
function isLeftToOthers({ connector }: ConnectorInput, field: string): boolean {
  return connector.spec.ignoreDrift?.includes(field) === true;
}

function configurationOf(
  input: ConnectorInput,
  instance: Instance,
  sendsUnshown: boolean,
): Record<string, string> {
  return definedEntries(
    shownConfiguration(input)
      .filter(({ field }) => !isLeftToOthers(input, `configuration.${field}`))
      .map((row) => [row.field, changeOf(row, input, instance, sendsUnshown)]),
  );
}

/** The value to send; `undefined` where the instance has it. `sendsUnshown`: also where the response leaves it out. */
function changeOf<Value>(
  { desired, observed, equal, isReadBack }: ShownField<Value>,
  input: ConnectorInput,
  instance: Instance,
  sendsUnshown: boolean,
): Value | undefined {
  const [wanted, shown] = [desired(input), observed(instance)];
  if (wanted === undefined) {
    return undefined;
  }
  const isMissing = isReadBack === true && instance.configuration !== undefined;
  const differs = shown === undefined ? sendsUnshown || isMissing : !equal(wanted, shown);
  return differs ? wanted : undefined;
}

function definedEntries(entries: readonly (readonly [string, string | undefined])[]): Record<string, string> {
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}
