import { describe, expect, it } from 'vitest';
import type { ConnectorSpec, ConnectorStatus } from '../../../../src/api/connector.ts';
import {
  describePatch,
  difference,
  instanceBody,
  secretConfiguration,
  shownDifference,
} from '../../../../src/connector/decide/desired-instance.ts';
import { EVENT_FIELDS } from '../../../../src/connector/decide/event-fields.ts';
import { shownConfiguration } from '../../../../src/connector/decide/instance-fields.ts';
import type { Instance, InstancePatch } from '../../../../src/openconnectors/port.ts';
import { pollerConfiguration } from '../../../../src/provider/events.ts';
import type { Change } from '../../../support/builders/changed.ts';
import { attempt, condition, connector, readyStatus } from '../../../support/builders/connector.ts';
import { ID, type InputChange, input, SETTINGS, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { READ, secretRead, secretUnread, VALUES } from '../../../support/builders/secrets.ts';

const SECRET = 'oauth.api.secret';
const SIGNATURE = 'event.notification.signature.key';
const EVENTS: NonNullable<ConnectorSpec['events']> = {
  callbackUrl: 'https://events.example.com/x',
  signatureKeySecretRef: { name: 'crm-events' },
  pollInterval: '5m',
  resources: ['orders'],
};
const POLLER = pollerConfiguration(EVENTS.resources, new Map());
const ENABLED = {
  'event.notification.enabled': 'true',
  'event.vendor.type': 'polling',
  'event.notification.callback.url': EVENTS.callbackUrl,
  'event.poller.refresh_interval': '5',
  ...POLLER,
};

/** An input whose instance is settled, with this configuration in the spec. */
function configured(configuration: Readonly<Record<string, string>>, change: Change<ConnectorStatus> = {}) {
  return settledInput({
    connector: { spec: { instance: { configuration } }, status: readyStatus(ID, change) },
  });
}

/** An input of infusionsoftrest whose instance was adopted: nothing was ever sent. */
function adopted(spec: Change<ConnectorSpec>, status: ConnectorStatus, change: InputChange = {}) {
  return input({
    secrets: { ...READ, 'crm-events': secretRead({ signatureKey: 'key' }) },
    elements: new Map([['infusionsoftrest', new Map()]]),
    ...change,
    connector: connector({
      spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined, server: undefined, ...spec },
      status,
    }),
  });
}

const keysOf = (patch: InstancePatch | undefined): string[] => Object.keys(patch?.configuration ?? {});

/** An instance that shows this besides the configuration of the builders. */
const showing = (configuration: Readonly<Record<string, string | null>>): Instance =>
  instance(ID, { configuration: { ...instance(ID).configuration, ...configuration } });

describe('the difference of an instance', () => {
  it('is none where a value of the spec is shown as it is', () => {
    const subject = configured({ 'filter.response.nulls': 'false' });
    expect(difference(subject, showing({ 'filter.response.nulls': 'false' }))).toBeUndefined();
    expect(difference(subject, showing({ 'filter.response.nulls': 'true' }))).toEqual({
      configuration: { 'filter.response.nulls': 'false' },
    });
  });

  it.each([
    ['left out', {}],
    ['null', { 'filter.response.nulls': null }],
    ['masked', { 'filter.response.nulls': '********' }],
  ])('has a value that is %s only after an edit', (_title, shown) => {
    const configuration = { 'filter.response.nulls': 'false' };
    expect(difference(configured(configuration), showing(shown))).toBeUndefined();
    const edited = configured(configuration, { observedGeneration: 0 });
    expect(difference(edited, showing(shown))).toEqual({ configuration });
    expect(shownDifference(edited, showing(shown))).toBeUndefined();
  });

  it('has no name and no tags where the response leaves them out, also after an edit', () => {
    const edited = configured({}, { observedGeneration: 0 });
    expect(difference(edited, instance(ID, { name: '', tags: undefined }))).toBeUndefined();
  });

  it('has the value of a Secret that was never recorded only where a credential was sent', () => {
    const status = readyStatus(ID, { credentials: [], conditions: [condition('Synced', 'True', 'Synced')] });
    expect(keysOf(difference(input({ connector: connector({ status }) }), instance(ID)))).toEqual([]);
    const sent = connector({ status, annotations: { attempt: attempt() } });
    expect(keysOf(difference(input({ connector: sent }), instance(ID)))).toEqual([
      SECRET,
      'infusionsoft.private.key',
    ]);
  });
});

describe('the events of an adopted instance', () => {
  const status = readyStatus(ID, { credentials: [] });

  it('are enabled with their signature key, and no other Secret is sent', () => {
    const keys = keysOf(difference(adopted({ events: EVENTS }, status), showing({})));
    expect(keys).toEqual(expect.arrayContaining([...Object.keys(ENABLED), SIGNATURE]));
    expect(keys).not.toContain(SECRET);
  });

  it('leave the signature key alone once they are recorded', () => {
    const recorded = { ...status, events: { resources: ['orders'] } };
    const subject = adopted({ events: EVENTS }, recorded);
    expect(difference(subject, showing(ENABLED))).toBeUndefined();
  });

  it('bring no signature key where the spec has none', () => {
    expect(keysOf(difference(adopted({}, status), showing({})))).not.toContain(SIGNATURE);
  });
});

describe('the events of an instance', () => {
  const recorded = readyStatus(ID, { credentials: [], events: { resources: ['orders'] } });

  it('are read back: a value that the configuration leaves out is sent, one without a configuration is not', () => {
    const subject = adopted({ events: EVENTS }, recorded);
    const { 'event.poller.refresh_interval': _, ...rest } = ENABLED;
    expect(difference(subject, showing(rest))).toEqual({
      configuration: { 'event.poller.refresh_interval': '5' },
    });
    expect(difference(subject, instance(ID, { configuration: undefined }))).toBeUndefined();
  });

  it('are replaced where another client stored no JSON, and left where it differs in white space alone', () => {
    const subject = adopted({ events: EVENTS }, recorded);
    const json = POLLER['event.poller.configuration'] ?? '';
    const spaced = JSON.stringify(JSON.parse(json), undefined, 2);
    expect(
      difference(subject, showing({ ...ENABLED, 'event.poller.configuration': spaced })),
    ).toBeUndefined();
    expect(difference(subject, showing({ ...ENABLED, 'event.poller.configuration': 'none' }))).toEqual({
      configuration: { 'event.poller.configuration': json },
    });
  });

  const desired = (subject: ReturnType<typeof adopted>) =>
    Object.fromEntries(EVENT_FIELDS.map((field) => [field.key, field.desired(subject)]));
  const OFF = Object.fromEntries(EVENT_FIELDS.map(({ key }) => [key, undefined]));

  it.each([
    ['nothing without spec.events', {}, readyStatus(ID), OFF],
    ['a disabling once', {}, recorded, { ...OFF, 'event.notification.enabled': 'false' }],
    [
      'nothing where the configuration of the spec enables them',
      { instance: { configuration: { 'event.notification.enabled': 'true' } } },
      recorded,
      OFF,
    ],
    ['nothing for infusionsoftcrm', { connector: 'infusionsoftcrm' as const }, recorded, OFF],
    [
      'nothing for infusionsoftcrm with spec.events',
      { connector: 'infusionsoftcrm' as const, events: EVENTS },
      readyStatus(ID),
      OFF,
    ],
  ])('are %s', (_title, spec, status, expected) => {
    expect(desired(adopted(spec, status))).toEqual(expected);
  });

  it('have no poller before the element was read', () => {
    const subject = adopted({ events: EVENTS }, recorded, { elements: new Map() });
    expect(desired(subject)).toMatchObject({
      'event.notification.enabled': 'true',
      'event.poller.configuration': undefined,
      'event.poller.urls': undefined,
    });
  });
});

describe('the configuration that Open Connectors shows', () => {
  it('has what fields of the spec set, and each key once', () => {
    const configuration = { 'event.notification.enabled': 'false', 'pagination.max': '5' };
    const subject = adopted({ events: EVENTS, instance: { configuration } }, readyStatus(ID), {
      settings: { extraConfigurationKeys: Object.keys(configuration) },
    });
    const rows = shownConfiguration(subject).map(({ field, desired }) => [field, desired(subject)]);
    expect(rows.slice(0, 2)).toEqual([
      ['pagination.max', '5'],
      ['event.notification.enabled', 'true'],
    ]);
    expect(new Set(rows.map(([field]) => field)).size).toBe(rows.length);
  });

  it('has no server for an element without one', () => {
    const subject = input({
      connector: connector({ spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } }),
    });
    expect(shownConfiguration(subject).map(({ field }) => field)).toEqual(['oauth.callback.url']);
  });
});

describe('the body of an instance', () => {
  it('carries the true values of the Secrets and the tags of the resource', () => {
    const subject = input();
    expect(instanceBody(subject, { kind: 'code', code: VALUES.code })).toEqual({
      element: 'infusionsoftcrm',
      name: 'team-a-crm',
      tags: instance(ID).tags,
      configuration: {
        'oauth.callback.url': subject.callbackUrl,
        'infusionsoft.server': 'dt123.infusionsoft.com',
        'oauth.api.key': VALUES.clientId,
        [SECRET]: VALUES.clientSecret,
        'infusionsoft.private.key': VALUES.encryptedKey,
      },
      grant: { kind: 'code', code: VALUES.code },
    });
  });

  it('is not built before every Secret was read', () => {
    const subject = input({ secrets: { 'crm-key': secretUnread() }, settings: SETTINGS });
    expect(() => instanceBody(subject, { kind: 'code', code: VALUES.code })).toThrow(
      'spec.encryptedKeySecretRef was used before it was read',
    );
  });
});

describe('the fields of a patch in words', () => {
  const configuration = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, 'x']));

  it.each<[InstancePatch, string]>([
    [{ name: 'x' }, 'name'],
    [{ tags: [] }, 'tags'],
    [
      { name: 'x', tags: [], configuration: configuration('b', 'a') },
      'name, tags, configuration "a", configuration "b"',
    ],
    [
      { configuration: configuration('a', 'b', 'c', 'd', 'e') },
      'configuration "a", configuration "b", configuration "c", configuration "d", configuration "e"',
    ],
    [
      { configuration: configuration('f', 'e', 'd', 'c', 'b', 'a') },
      'configuration "a", configuration "b", configuration "c", configuration "d", configuration "e" and more',
    ],
  ])('%j are %s', (patch, expected) => {
    expect(describePatch(patch)).toBe(expected);
  });
});

it('sends again the values of the Secrets, and no client_id: an update of it would break the grant', () => {
  expect(secretConfiguration(settledInput({ secrets: READ }))).toEqual({
    [SECRET]: VALUES.clientSecret,
    'infusionsoft.private.key': VALUES.encryptedKey,
  });
});
