import { type KubeObject, objectOf, stringOf } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { integer, microTime, struct, text, time } from '../schema.ts';
import { defineBuiltin } from './define.ts';
import { eventColumns } from './event-columns.ts';
import { legacyEventCauses, newEventCauses, newEventUpdateCauses } from './event-validation.ts';

const objectReference = {
  ...struct(
    {
      kind: text,
      namespace: text,
      name: text,
      uid: text,
      apiVersion: text,
      resourceVersion: text,
      fieldPath: text,
    },
    'io.k8s.api.core.v1.ObjectReference',
    { kind: 1, namespace: 2, name: 3, uid: 4, apiVersion: 5, resourceVersion: 6, fieldPath: 7 },
  ),
  atomic: true,
};
const source = struct({ component: text, host: text }, 'io.k8s.api.core.v1.EventSource', {
  component: 1,
  host: 2,
});

/** Fields that both versions have under the same name. */
const sharedFields = {
  eventTime: microTime,
  action: text,
  reason: text,
  reportingInstance: text,
  related: objectReference,
  type: text,
};

/** Name in `events.k8s.io/v1` -> name in `v1`, which is how events are stored. */
const renamed: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};
const originals = Object.fromEntries(Object.entries(renamed).map(([newer, older]) => [older, newer]));

const involvedFields = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const;

const selectable = {
  ...Object.fromEntries(
    involvedFields.map((field) => [
      `involvedObject.${field}`,
      (event: KubeObject) => stringOf(objectOf(event['involvedObject'])[field]),
    ]),
  ),
  reason: (event: KubeObject) => stringOf(event['reason']),
  reportingComponent: (event: KubeObject) => stringOf(event['reportingComponent']),
  source: (event: KubeObject) =>
    stringOf(objectOf(event['source'])['component']) || stringOf(event['reportingComponent']),
  type: (event: KubeObject) => stringOf(event['type']),
};

/** `v1` Events. */
export const coreEvents: ResourceType = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  createOnUpdate: true,
  fields: {
    ...sharedFields,
    involvedObject: objectReference,
    message: text,
    reportingComponent: text,
    source,
    firstTimestamp: time,
    lastTimestamp: time,
    count: integer,
    series: struct({ count: integer, lastObservedTime: microTime }, 'io.k8s.api.core.v1.EventSeries', {
      count: 1,
      lastObservedTime: 2,
    }),
  },
  wire: {
    involvedObject: 2,
    reason: 3,
    message: 4,
    source: 5,
    firstTimestamp: 6,
    lastTimestamp: 7,
    count: 8,
    type: 9,
    eventTime: 10,
    series: 11,
    action: 12,
    related: 13,
    reportingComponent: 14,
    reportingInstance: 15,
  },
  selectable,
  columns: eventColumns(renameKeys({})),
  fromStored: (stored) => ({
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    involvedObject: {},
    reportingComponent: '',
    reportingInstance: '',
    ...stored,
  }),
  strategy: {
    validateCreate: (event) => legacyEventCauses(event, 'reportingComponent'),
    validateUpdate: (next) => legacyEventCauses(next, 'reportingComponent'),
  },
});

/** `events.k8s.io/v1` Events: the same objects under newer names. */
export const newEvents: ResourceType = defineBuiltin({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  createOnUpdate: true,
  collection: 'events',
  fields: {
    ...sharedFields,
    regarding: objectReference,
    note: text,
    reportingController: text,
    deprecatedSource: source,
    deprecatedFirstTimestamp: time,
    deprecatedLastTimestamp: time,
    deprecatedCount: integer,
    series: struct({ count: integer, lastObservedTime: microTime }, 'io.k8s.api.events.v1.EventSeries', {
      count: 1,
      lastObservedTime: 2,
    }),
  },
  wire: {
    eventTime: 2,
    series: 3,
    reportingController: 4,
    reportingInstance: 5,
    action: 6,
    reason: 7,
    regarding: 8,
    related: 9,
    note: 10,
    type: 11,
    deprecatedSource: 12,
    deprecatedFirstTimestamp: 13,
    deprecatedLastTimestamp: 14,
    deprecatedCount: 15,
  },
  selectable,
  labelAliases: {
    ...Object.fromEntries(involvedFields.map((field) => [`regarding.${field}`, `involvedObject.${field}`])),
    reportingController: 'reportingComponent',
  },
  columns: eventColumns(renameKeys(renamed)),
  toStored: (event) => ({
    ...renameKeys(renamed)(event),
    apiVersion: 'v1',
    metadata: event.metadata,
    kind: 'Event',
  }),
  fromStored: (stored) => ({
    deprecatedSource: {},
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: null,
    eventTime: null,
    regarding: {},
    ...renameKeys(originals)(stored),
    metadata: stored.metadata,
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
  }),
  strategy: { validateCreate: newEventCauses, validateUpdate: newEventUpdateCauses },
});

function renameKeys(
  names: Readonly<Record<string, string>>,
): (object: KubeObject) => Record<string, unknown> {
  return (object) =>
    Object.fromEntries(
      Object.entries(object).map(([key, value]) => [
        Object.hasOwn(names, key) ? (names[key] ?? key) : key,
        value,
      ]),
    );
}
