import { connectorKeyOf, instanceNameOf } from '../../api/defaults.ts';
import type { Grant, Instance, InstanceBody, InstancePatch } from '../../openconnectors/port.ts';
import { isSameName } from '../../openconnectors/sanitise-name.ts';
import { allTags } from '../../ownership/owner-tags.ts';
import { MASKED } from '../../secrets/mask.ts';
import type { ConnectorInput } from '../input.ts';
import { recordOf } from '../observe/record-outcome.ts';
import { inputsOf, textOf } from '../observe/secret-uses.ts';
import { type SecretUse, secretValue } from '../observe/secret-value.ts';

/** Tags that the instance should carry. */
export function desiredTags(input: ConnectorInput): string[] {
  return allTags(input.tags, input.connector.spec.instance?.tags ?? []);
}

/** Whether people want the instance to answer calls. */
export function desiredEnabled(input: ConnectorInput): boolean {
  return input.connector.spec.instance?.enabled ?? true;
}

/** What the operator set instance `id` to last, or found and left so: true is enabled. */
export function recordedEnabled({ connector }: ConnectorInput, id: number): boolean | undefined {
  const recorded = connector.status?.instance;
  return recorded?.id === id ? recorded.enabled : undefined;
}

/** The callback URL of the OAuth app: the resource's, else the operator's own. */
export function callbackUrlOf(input: ConnectorInput): string | undefined {
  return input.connector.spec.oauth.callbackUrl ?? input.settings.ownCallbackUrl;
}

/** The whole instance with all true values, for a create or a re-authorization. All inputs must have been obtained. */
export function instanceBody(input: ConnectorInput, grant: Grant): InstanceBody {
  const inputs = inputsOf(input);
  return {
    connector: connectorKeyOf(input.connector.spec),
    name: instanceNameOf(input.connector),
    tags: desiredTags(input),
    configuration: {
      ...clearConfiguration(input),
      'oauth.api.key': textOf(input, inputs.clientId),
      'oauth.api.secret': textOf(input, inputs.clientSecret),
      ...(inputs.encryptedKey && { 'infusionsoft.private.key': textOf(input, inputs.encryptedKey) }),
    },
    grant,
  };
}

/** Whether the resource was edited since the instance last equalled it: also where that was tried and failed. */
export function specChanged(input: ConnectorInput): boolean {
  const { status, metadata } = input.connector;
  const synced = status?.conditions?.find(({ type }) => type === 'Synced');
  const isSettled = synced?.status === 'True' || synced?.reason === 'DriftDetected';
  return status?.observedGeneration !== metadata.generation || !isSettled;
}

/** The smallest change that makes the instance equal to the resource; `undefined` when nothing differs. */
export function difference(input: ConnectorInput, instance: Instance): InstancePatch | undefined {
  const patch = {
    ...namePatch(input, instance),
    ...tagPatch(input, instance),
    ...configurationPatch(input, instance),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** What the instance still shows otherwise after it was changed: values that the remote side took and did not keep. */
export function shownDifference(input: ConnectorInput, instance: Instance): InstancePatch | undefined {
  const shown = instance.configuration;
  const configuration = Object.fromEntries(
    Object.entries(clearConfiguration(input)).filter(([key, value]) => {
      const current = shown?.[key];
      return current !== undefined && current !== null && current !== MASKED && current !== value;
    }),
  );
  const patch = {
    ...namePatch(input, instance),
    ...tagPatch(input, instance),
    ...(Object.keys(configuration).length > 0 && { configuration }),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Longest list of fields in a message. */
const SHOWN_FIELDS = 5;

/** The fields of the instance that `patch` changes, for a message: the first ones, without values. */
export function describePatch(patch: InstancePatch): string {
  const fields = [
    ...(patch.name === undefined ? [] : ['name']),
    ...(patch.tags === undefined ? [] : ['tags']),
    ...Object.keys(patch.configuration ?? {})
      .sort()
      .map((key) => `configuration "${key}"`),
  ];
  return [...fields.slice(0, SHOWN_FIELDS), ...(fields.length > SHOWN_FIELDS ? ['...'] : [])].join(', ');
}

function namePatch(input: ConnectorInput, instance: Instance): InstancePatch {
  const name = instanceNameOf(input.connector);
  // An answer without a name tells nothing about it.
  return instance.name === '' || isSameName(name, instance.name) ? {} : { name };
}

function tagPatch(input: ConnectorInput, instance: Instance): InstancePatch {
  const wanted = desiredTags(input);
  const { tags } = instance;
  if (tags === undefined || (tags.length === wanted.length && wanted.every((tag) => tags.includes(tag)))) {
    return {};
  }
  return { tags: wanted };
}

function configurationPatch(input: ConnectorInput, instance: Instance): InstancePatch {
  const configuration = { ...clearDifference(input, instance), ...secretDifference(input) };
  return Object.keys(configuration).length === 0 ? {} : { configuration };
}

/** Values that the API shows. One that it leaves out is only sent after an edit: it may never show it. */
function clearDifference(input: ConnectorInput, instance: Instance): Record<string, string> {
  const shown = instance.configuration;
  const differs = ([key, value]: [string, string]): boolean => {
    const current = shown?.[key];
    return current === undefined || current === null || current === MASKED
      ? specChanged(input) && !isBaseline(input)
      : current !== value;
  };
  return Object.fromEntries(Object.entries(clearConfiguration(input)).filter(differs));
}

/** Values that the API masks: known from our own fingerprints. A new client_id is not patched, it needs a new consent. */
function secretDifference(input: ConnectorInput): Record<string, string> {
  const { clientSecret, encryptedKey } = inputsOf(input);
  return {
    ...secretIfChanged(input, 'oauth.api.secret', clientSecret),
    ...(encryptedKey && secretIfChanged(input, 'infusionsoft.private.key', encryptedKey)),
  };
}

function secretIfChanged(input: ConnectorInput, parameter: string, use: SecretUse): Record<string, string> {
  const found = secretValue(input, use);
  const isChanged = found.state === 'value' && (found.changed ?? !isBaseline(input));
  return isChanged ? { [parameter]: found.value } : {};
}

/**
 * Whether values that the API does not show count as those of the instance: it was adopted, and the operator has neither
 * applied nor sent anything yet. They are sent when they change afterwards.
 */
function isBaseline(input: ConnectorInput): boolean {
  return (input.connector.status?.credentials ?? []).length === 0 && recordOf(input) === undefined;
}

function clearConfiguration(input: ConnectorInput): Record<string, string> {
  const { spec } = input.connector;
  const callbackUrl = callbackUrlOf(input);
  return {
    ...spec.instance?.configuration,
    ...(callbackUrl !== undefined && { 'oauth.callback.url': callbackUrl }),
    ...(spec.oauth.scope !== undefined && { 'oauth.scope': spec.oauth.scope }),
    ...(connectorKeyOf(spec) === 'infusionsoftcrm' &&
      spec.server !== undefined && { 'infusionsoft.server': spec.server }),
  };
}
