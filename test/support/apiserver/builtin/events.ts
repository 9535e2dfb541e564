import { qualifiedNameProblems } from '../names.ts';
import { type KubeObject, objectOf, sameJson, stringOf } from '../objects.ts';
import { age } from '../render/age.ts';
import type { Column, ResourceType, Strategy } from '../resource-type.ts';
import { integer, microTime, struct, text, time } from '../schema.ts';
import { type Cause, invalidValue, requiredValue } from '../status.ts';
import { defineBuiltin } from './define.ts';

const noteLength = 1024;
const shortLength = 128;

const objectReference = struct(
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
);
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
    validateCreate: legacyCauses,
    validateUpdate: (next) => legacyCauses(next),
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
  strategy: newEventStrategy(),
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

/**
 * Old events have to be in the namespace of what they are about, and cluster-wide things are told of in `default`. Of
 * those with an event time only the latter is asked, and `kube-system` will do too.
 */
function namespaceCauses(event: KubeObject): Cause[] {
  const involved = stringOf(objectOf(event['involvedObject'])['namespace']);
  const { namespace = '' } = event.metadata;
  const recent = stringOf(event['eventTime']) !== '';
  const shared = recent ? ['default', 'kube-system'] : ['default'];
  const fits = involved === '' ? shared.includes(namespace) : recent || involved === namespace;
  return fits ? [] : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}

function legacyCauses(event: KubeObject): Cause[] {
  return stringOf(event['eventTime']) === ''
    ? namespaceCauses(event)
    : [...namespaceCauses(event), ...reporterCauses(event)];
}

function reporterCauses(event: KubeObject): Cause[] {
  const controller = stringOf(event['reportingComponent']);
  const causes: Cause[] = [];
  if (controller === '') {
    causes.push(requiredValue('reportingController'));
  } else {
    causes.push(
      ...qualifiedNameProblems(controller).map((problem) =>
        invalidValue('reportingController', controller, problem),
      ),
    );
  }
  const limited = [
    ['reportingInstance', 'reportingInstance'],
    ['action', 'action'],
    ['reason', 'reason'],
  ] as const;
  for (const [field, label] of limited) {
    const value = stringOf(event[field]);
    if (value === '') {
      causes.push(requiredValue(label));
    } else if (value.length > shortLength) {
      causes.push(invalidValue(label, '', `can have at most ${shortLength} characters`));
    }
  }
  if (stringOf(event['message']).length > noteLength) {
    causes.push(invalidValue('message', '', `can have at most ${noteLength} characters`));
  }
  return causes;
}

function newEventStrategy(): Strategy {
  const deprecated = { source: 'deprecatedSource', firstTimestamp: 'deprecatedFirstTimestamp' } as const;
  const fixed = [
    'involvedObject',
    'reason',
    'message',
    ...Object.keys(deprecated),
    'type',
    'eventTime',
    'action',
    'related',
    'reportingComponent',
    'reportingInstance',
  ];
  return {
    validateCreate: (event) => {
      const causes: Cause[] = [];
      if (stringOf(event['eventTime']) === '') {
        causes.push(requiredValue('eventTime'));
      } else {
        causes.push(...namespaceCauses(event), ...reporterCauses(event));
      }
      const type = stringOf(event['type']);
      if (type !== 'Normal' && type !== 'Warning') {
        causes.push(invalidValue('type', '', `has invalid value: ${type}`));
      }
      return causes;
    },
    validateUpdate: (next, current) =>
      fixed
        .filter((field) => !sameJson(next[field], current[field]))
        .map((field) => invalidValue(field, '', 'field is immutable')),
  };
}

/** kubectl asks for either version and shows the same table. */
function eventColumns(toStored: (event: KubeObject) => Record<string, unknown>): readonly Column[] {
  const lastSeen = (event: KubeObject): unknown => {
    const stored = toStored(event);
    const series = objectOf(stored['series'])['lastObservedTime'];
    return series ?? stored['lastTimestamp'] ?? stored['firstTimestamp'] ?? stored['eventTime'];
  };
  const read =
    (pick: (stored: Record<string, unknown>) => unknown): Column['cell'] =>
    (event) =>
      pick(toStored(event)) ?? '';
  return [
    { name: 'Last Seen', type: 'string', cell: (event, nowMs) => age(lastSeen(event), nowMs) },
    { name: 'Type', type: 'string', cell: read((stored) => stored['type']) },
    { name: 'Reason', type: 'string', cell: read((stored) => stored['reason']) },
    {
      name: 'Object',
      type: 'string',
      cell: read((stored) => {
        const involved = objectOf(stored['involvedObject']);
        return `${stringOf(involved['kind']).toLowerCase()}/${stringOf(involved['name'])}`;
      }),
    },
    {
      name: 'Subobject',
      type: 'string',
      priority: 1,
      cell: read((stored) => objectOf(stored['involvedObject'])['fieldPath']),
    },
    {
      name: 'Source',
      type: 'string',
      priority: 1,
      cell: read((stored) => {
        const { component, host } = objectOf(stored['source']);
        const reporter = stringOf(component) || stringOf(stored['reportingComponent']);
        const place = stringOf(host) || stringOf(stored['reportingInstance']);
        return [reporter, place].filter((part) => part !== '').join(', ');
      }),
    },
    { name: 'Message', type: 'string', cell: read((stored) => stringOf(stored['message']).trim()) },
    {
      name: 'First Seen',
      type: 'string',
      priority: 1,
      cell: (event, nowMs) => {
        const stored = toStored(event);
        return age(stored['firstTimestamp'] ?? stored['eventTime'], nowMs);
      },
    },
    {
      name: 'Count',
      type: 'string',
      priority: 1,
      cell: read((stored) => objectOf(stored['series'])['count'] ?? (stored['count'] || 1)),
    },
    { name: 'Name', type: 'string', format: 'name', priority: 1, cell: (event) => event.metadata.name },
  ];
}
