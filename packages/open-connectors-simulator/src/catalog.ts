import type { Knobs } from './knobs.ts';
import { hostOf } from './provider.ts';

export type ElementKey = 'infusionsoftcrm' | 'infusionsoftrest';

/** One configuration property of an element. */
export interface PropertyDefinition {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly initial: string | null;
  readonly required: boolean;
  /** Written by the platform after an exchange or refresh; clients do not send it. */
  readonly byPlatform?: boolean;
}

/** An element of the platform's catalog. */
export interface ElementDefinition {
  readonly id: number;
  readonly key: ElementKey;
  readonly name: string;
  readonly description: string;
  readonly beta: boolean;
  readonly bulk: boolean;
  readonly properties: readonly PropertyDefinition[];
}

const text = 'TEXTFIELD_1000';
const property = (
  key: string,
  name: string,
  initial: string | null = null,
  required = false,
): PropertyDefinition => ({ key, name, type: text, initial, required });
const written = (key: string, name: string): PropertyDefinition => ({
  ...property(key, name),
  byPlatform: true,
});

const common: readonly PropertyDefinition[] = [
  property('oauth.api.key', 'API Key', null, true),
  property('oauth.api.secret', 'API Secret', null, true),
  property('oauth.callback.url', 'Callback URL', null, true),
  property('oauth.scope', 'OAuth Scope', 'full'),
  property(
    'oauth.authorization.url',
    'OAuth Authorization URL',
    'https://signin.infusionsoft.com/app/oauth/authorize',
  ),
  property('oauth.token.url', 'OAuth Token URL', 'https://api.infusionsoft.com/token'),
  property('oauth.user.refresh_interval', 'OAuth User Refresh Interval', '28800'),
  written('oauth.user.token', 'OAuth User Token'),
  written('oauth.user.refresh_token', 'OAuth User Refresh Token'),
  written('oauth.user.refresh_time', 'OAuth User Refresh Time'),
  property('base.url', 'Base URL', 'https://api.infusionsoft.com/crm/rest/v1'),
  property('pagination.max', 'Pagination Maximum', '100'),
  property('event.notification.enabled', 'Enable Event Notifications', 'false'),
  property('event.vendor.type', 'Vendor Event Type', 'webhook'),
  property('event.notification.callback.url', 'Event Notification Callback URL'),
  property('filter.response.nulls', 'Filter null values from the response', 'true'),
];

const crmOnly: readonly PropertyDefinition[] = [
  property('infusionsoft.server', 'Infusionsoft Server', null, true),
  property('infusionsoft.private.key', 'Encrypted Key', null, true),
];

const poller = (resource: string, created: string, updated: string, where = '') => ({
  url: `/hubs/crm/${resource}${where}`,
  idField: 'id',
  datesConfiguration: {
    updatedDateField: updated,
    updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
    updatedDateTimezone: 'GMT',
    createdDateField: created,
    createdDateFormat: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
    createdDateTimezone: 'GMT',
  },
});

/** The default of `appointments` is the documented sample; the one of `contacts` follows the API of Keap. */
const pollers = {
  appointments: poller('appointments', 'creation_date', 'modification_date'),
  contacts: poller(
    'contacts',
    'date_created',
    'last_updated',
    `?where=since='\${date:yyyy-MM-dd'T'HH:mm:ssXXX}'`,
  ),
};

const restOnly: readonly PropertyDefinition[] = [
  property('event.notification.signature.key', 'Event Notification Signature Key'),
  property('event.poller.refresh_interval', 'Event Poller Refresh Interval', '15'),
  property('event.poller.configuration', 'Event Poller Configuration', JSON.stringify(pollers)),
  property('event.poller.urls', 'Event Poller URLs'),
];

/** Ids and keys as in the Cloud Elements developer portal. */
export const elements: readonly ElementDefinition[] = [
  {
    id: 191,
    key: 'infusionsoftcrm',
    name: 'Infusionsoft',
    description: 'Add an Infusionsoft Instance to connect your existing Infusionsoft account.',
    beta: true,
    bulk: false,
    properties: [...common, ...crmOnly],
  },
  {
    id: 6158,
    key: 'infusionsoftrest',
    name: 'Infusionsoft REST',
    description: 'Add an Infusionsoft REST Instance to connect your existing Infusionsoft account.',
    beta: false,
    bulk: true,
    properties: [...common, ...restOnly],
  },
];

/** The element with this key or decimal id. */
export function findElement(keyOrId: string): ElementDefinition | undefined {
  return elements.find((element) => element.key === keyOrId || String(element.id) === keyOrId);
}

/** Whether a create requires this property. */
export function isRequired(definition: PropertyDefinition, knobs: Knobs): boolean {
  return definition.required && (knobs.serverAndKeyRequired || !definition.key.startsWith('infusionsoft.'));
}

/** The base URL of the provider: infusionsoftcrm calls XML-RPC on the host of the account. */
export function baseUrlOf(element: ElementDefinition, server: string | null | undefined): string | undefined {
  return element.key === 'infusionsoftcrm' && server ? `https://${hostOf(server)}/api/xmlrpc` : undefined;
}
