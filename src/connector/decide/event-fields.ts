import { isDeepStrictEqual } from 'node:util';
import { elementKeyOf, pollMinutesOf } from '../../api/defaults.ts';
import { REST_ELEMENT } from '../../provider/elements.ts';
import { EVENT_PARAMETERS, pollerConfiguration } from '../../provider/events.ts';
import type { ConnectorInput } from '../input.ts';

/** One configuration value of events, as text. */
export interface EventField {
  readonly key: string;
  /** `undefined`: the resource does not set it. */
  readonly desired: (input: ConnectorInput) => string | undefined;
  readonly equal: (desired: string, observed: string) => boolean;
}

/** The configuration that follows from `spec.events`. Without it only events that the operator enabled are disabled. */
export const EVENT_FIELDS: readonly EventField[] = [
  text(EVENT_PARAMETERS.enabled, (input) => (eventsOf(input) === undefined ? disabled(input) : 'true')),
  text(EVENT_PARAMETERS.vendorType, (input) => eventsOf(input) && 'polling'),
  text(EVENT_PARAMETERS.callbackUrl, (input) => eventsOf(input)?.callbackUrl),
  text(EVENT_PARAMETERS.interval, (input) => {
    const events = eventsOf(input);
    return events && String(pollMinutesOf(events));
  }),
  { ...text(EVENT_PARAMETERS.configuration, poller), equal: isSameJson },
  text(EVENT_PARAMETERS.urls, poller),
  text(EVENT_PARAMETERS.objects, poller),
];

/** Whether the resource has events that were not recorded as enabled. */
export function enablesEvents(input: ConnectorInput): boolean {
  return eventsOf(input) !== undefined && input.connector.status?.events === undefined;
}

function eventsOf({ connector: { spec } }: ConnectorInput) {
  return elementKeyOf(spec) === REST_ELEMENT ? spec.events : undefined;
}

function disabled({ connector: { spec, status } }: ConnectorInput): 'false' | undefined {
  const isOurs = status?.events !== undefined && elementKeyOf(spec) === REST_ELEMENT;
  return isOurs && spec.instance?.configuration?.[EVENT_PARAMETERS.enabled] === undefined
    ? 'false'
    : undefined;
}

function poller(input: ConnectorInput, key: string): string | undefined {
  const events = eventsOf(input);
  const defaults = input.external.elements.get(REST_ELEMENT);
  return events === undefined || defaults === undefined
    ? undefined
    : pollerConfiguration(events.resources, defaults)[key];
}

function text(key: string, desired: (input: ConnectorInput, key: string) => string | undefined): EventField {
  return { key, desired: (input) => desired(input, key), equal: (wanted, shown) => wanted === shown };
}

/** A JSON text may come back with other white space or another order of keys. */
function isSameJson(wanted: string, shown: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(wanted), JSON.parse(shown));
  } catch {
    return false; // Another client stored no JSON: it is replaced.
  }
}
