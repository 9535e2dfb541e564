/** What infusionsoftrest can poll (Cloud Elements, "Infusionsoft REST Events"). */
export const EVENT_RESOURCES = [
  'appointments',
  'contacts',
  'files',
  'opportunities',
  'orders',
  'tasks',
  'transactions',
] as const;

export type EventResource = (typeof EVENT_RESOURCES)[number];

/** The configuration keys of events; values are text. */
export const EVENT_PARAMETERS = {
  enabled: 'event.notification.enabled',
  vendorType: 'event.vendor.type',
  callbackUrl: 'event.notification.callback.url',
  signatureKey: 'event.notification.signature.key',
  /** In whole minutes. */
  interval: 'event.poller.refresh_interval',
  /** JSON as text. */
  configuration: 'event.poller.configuration',
  /** Names of the resources, joined by `|`. */
  urls: 'event.poller.urls',
  /** Fixed definition of a newer kind of elements, which select resources by `objects`. */
  metadata: 'event.metadata',
  /** Names of the resources, joined by commas. */
  objects: 'event.objects',
} as const;

/** The default values of an element's configuration; a key without a default is `null`. */
export type ElementDefaults = ReadonlyMap<string, string | null>;

/** The fields of each resource with the times of its records (Keap REST v1, as declared). */
const TIME_FIELDS: Readonly<Record<EventResource, { readonly created: string; readonly updated: string }>> = {
  appointments: { created: 'creation_date', updated: 'modification_date' },
  contacts: { created: 'date_created', updated: 'last_updated' },
  files: { created: 'date_created', updated: 'last_updated' },
  opportunities: { created: 'date_created', updated: 'last_updated' },
  orders: { created: 'creation_date', updated: 'modification_date' },
  tasks: { created: 'creation_date', updated: 'modification_date' },
  transactions: { created: 'transaction_date', updated: 'transaction_date' },
};

/** Resources whose listing accepts a lower bound of time; the others are listed completely at each poll. */
const FILTERED: readonly EventResource[] = ['contacts', 'orders', 'tasks', 'transactions'];

const FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";

/**
 * The configuration of the poller by key: the entries of the element's own definition, else a table. An element with
 * `event.metadata` names its resources only.
 */
export function pollerConfiguration(
  resources: readonly EventResource[],
  defaults: ElementDefaults,
): Readonly<Record<string, string>> {
  const sorted = [...resources].sort();
  if (defaults.has(EVENT_PARAMETERS.metadata)) {
    return { [EVENT_PARAMETERS.objects]: sorted.join(',') };
  }
  const own = parsedObject(defaults.get(EVENT_PARAMETERS.configuration) ?? '');
  const entries = sorted.map((resource) => [resource, own[resource] ?? pollerEntry(resource)]);
  return {
    [EVENT_PARAMETERS.configuration]: JSON.stringify(Object.fromEntries(entries)),
    [EVENT_PARAMETERS.urls]: sorted.join('|'),
  };
}

function pollerEntry(resource: EventResource): object {
  const { created, updated } = TIME_FIELDS[resource];
  const filter = FILTERED.includes(resource) ? `?where=since='\${gmtDate:${FORMAT}}'` : '';
  return {
    url: `/hubs/crm/${resource}${filter}`,
    idField: 'id',
    datesConfiguration: {
      updatedDateField: updated,
      updatedDateFormat: FORMAT,
      updatedDateTimezone: 'GMT',
      createdDateField: created,
      createdDateFormat: FORMAT,
      createdDateTimezone: 'GMT',
    },
  };
}

function parsedObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {}; // The definition has no default, or one that is no JSON: the table applies.
  }
}
