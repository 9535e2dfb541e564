import { elementKeyOf, instanceNameOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { allTags } from '../../ownership/owner-tags.ts';
import { LEGACY_ELEMENT } from '../../provider/elements.ts';
import { EVENT_PARAMETERS } from '../../provider/events.ts';
import { PARAMETERS } from '../../provider/parameters.ts';
import { MASKED } from '../../secrets/mask.ts';
import type { SecretInput } from '../connector-secrets.ts';
import type { ConnectorInput } from '../input.ts';
import { EVENT_FIELDS } from './event-fields.ts';

/** One field of the instance that Open Connectors shows. */
export interface ShownField<Value> {
  readonly field: string;
  /** `undefined`: the resource does not set the field. */
  readonly desired: (input: ConnectorInput) => Value | undefined;
  /** `undefined`: the response does not show the field. */
  readonly observed: (instance: Instance) => Value | undefined;
  readonly equal: (desired: Value, observed: Value) => boolean;
  /** The operator reads the value back: one that the configuration leaves out was not stored. */
  readonly isReadBack?: true;
}

/** One configuration value that Open Connectors masks, so that it is compared by our own fingerprints. */
export interface MaskedField {
  readonly field: string;
  /** `undefined`: the element has no such value. */
  readonly desired: (input: ConnectorInput) => SecretInput | undefined;
  /** `consent`: a new value belongs to another OAuth app, so that it is sent with a new grant only. */
  readonly changedBy: 'patch' | 'consent';
}

export const NAME: ShownField<string> = {
  field: 'name',
  desired: ({ connector }) => instanceNameOf(connector),
  observed: ({ name }) => (name === '' ? undefined : name),
  equal: (desired, observed) => desired === observed,
};

export const TAGS: ShownField<readonly string[]> = {
  field: 'tags',
  desired: ({ tags, connector }) => allTags(tags, connector.spec.instance?.tags ?? []),
  observed: ({ tags }) => tags,
  equal: (desired, observed) =>
    observed.length === desired.length && desired.every((tag) => observed.includes(tag)),
};

/** The configuration that follows from fields of the spec, besides `spec.instance.configuration`. */
const SHOWN_CONFIGURATION: readonly ShownField<string>[] = [
  configuration(PARAMETERS.callbackUrl, ({ callbackUrl }) => callbackUrl),
  configuration(PARAMETERS.scope, ({ connector }) => connector.spec.oauth.scope),
  configuration(PARAMETERS.server, ({ connector: { spec } }) =>
    elementKeyOf(spec) === LEGACY_ELEMENT ? spec.server : undefined,
  ),
  ...EVENT_FIELDS.map(({ key, desired, equal }) => ({
    ...configuration(key, desired),
    equal,
    isReadBack: true as const,
  })),
];

export const MASKED_CONFIGURATION: readonly MaskedField[] = [
  { field: PARAMETERS.clientId, desired: ({ secrets }) => secrets.clientId, changedBy: 'consent' },
  { field: PARAMETERS.clientSecret, desired: ({ secrets }) => secrets.clientSecret, changedBy: 'patch' },
  { field: PARAMETERS.encryptedKey, desired: ({ secrets }) => secrets.encryptedKey, changedBy: 'patch' },
  {
    field: EVENT_PARAMETERS.signatureKey,
    desired: ({ secrets }) => secrets.signatureKey,
    changedBy: 'patch',
  },
];

/** The fields of the configuration that Open Connectors shows. */
export function shownConfiguration(input: ConnectorInput): ShownField<string>[] {
  const set = SHOWN_CONFIGURATION.filter(({ desired }) => desired(input) !== undefined);
  const free = Object.entries(input.connector.spec.instance?.configuration ?? {});
  return [
    ...free
      .filter(([key]) => !set.some(({ field }) => field === key))
      .map(([key, value]) => configuration(key, () => value)),
    ...set,
  ];
}

function configuration(key: string, desired: ShownField<string>['desired']): ShownField<string> {
  return {
    field: key,
    desired,
    observed: (instance) => {
      const shown = instance.configuration?.[key];
      return shown === null || shown === MASKED ? undefined : shown;
    },
    equal: (wanted, shown) => wanted === shown,
  };
}
