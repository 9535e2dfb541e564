import { qualifiedNameProblems } from '../names.ts';
import { isJsonObject, type KubeObject, objectOf, sameJson, stringOf } from '../objects.ts';
import { type Cause, invalidValue, requiredValue } from '../status.ts';

const noteLength = 1024;
const shortLength = 128;

/** Stored fields that are immutable in `events.k8s.io`, with their names in errors. */
const fixedFields: Readonly<Record<string, string>> = {
  involvedObject: 'involvedObject',
  reason: 'reason',
  message: 'message',
  source: 'source',
  firstTimestamp: 'firstTimestamp',
  lastTimestamp: 'lastTimestamp',
  count: 'count',
  type: 'type',
  eventTime: 'eventTime',
  action: 'action',
  related: 'related',
  reportingComponent: 'reportingController',
  reportingInstance: 'reportingInstance',
};

/** Validation of every event in its stored form. `reporter` is the name of the reporting controller in the version. */
export function legacyEventCauses(event: KubeObject, reporter: string): Cause[] {
  const namespace = namespaceCauses(event);
  return stringOf(event['eventTime']) === '' ? namespace : [...namespace, ...reporterCauses(event, reporter)];
}

/** Further validation of a new event in `events.k8s.io`. */
export function newEventCauses(event: KubeObject): Cause[] {
  const causes = [...legacyEventCauses(event, 'reportingController'), ...seriesCauses(event)];
  if (stringOf(event['eventTime']) === '') {
    causes.push(requiredValue('eventTime'));
  }
  const type = stringOf(event['type']);
  if (type !== 'Normal' && type !== 'Warning') {
    causes.push(invalidValue('type', '', `has invalid value: ${type}`));
  }
  const { component = '', host = '' } = objectOf(event['source']);
  const unset = {
    firstTimestamp: event['firstTimestamp'],
    lastTimestamp: event['lastTimestamp'],
    count: event['count'],
    source: component === '' && host === '' ? undefined : event['source'],
  };
  for (const [field, value] of Object.entries(unset)) {
    if (value !== undefined && value !== null) {
      causes.push(invalidValue(field, '', 'needs to be unset'));
    }
  }
  return causes;
}

/** Validation of an update in `events.k8s.io`: only the series may change. */
export function newEventUpdateCauses(next: KubeObject, current: KubeObject): Cause[] {
  return [
    ...legacyEventCauses(next, 'reportingController'),
    ...(sameJson(next['series'], current['series']) ? [] : seriesCauses(next)),
    ...Object.entries(fixedFields)
      .filter(([field]) => !sameJson(next[field], current[field]))
      .map(([field, label]) => invalidValue(label, next[field] ?? null, 'field is immutable')),
  ];
}

/**
 * Events without a time have to be in the namespace of what they are about. For those with a time this counts only
 * where that is no namespace at all; then `default` and `kube-system` are the places.
 */
function namespaceCauses(event: KubeObject): Cause[] {
  const involved = stringOf(objectOf(event['involvedObject'])['namespace']);
  const { namespace = '' } = event.metadata;
  const timed = stringOf(event['eventTime']) !== '';
  const shared = timed ? ['default', 'kube-system'] : ['default'];
  const fits = involved === '' ? shared.includes(namespace) : timed || involved === namespace;
  return fits ? [] : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}

function reporterCauses(event: KubeObject, reporter: string): Cause[] {
  const controller = stringOf(event['reportingComponent']);
  const causes: Cause[] = controller === '' ? [requiredValue(reporter)] : [];
  causes.push(
    ...qualifiedNameProblems(controller).map((problem) => invalidValue(reporter, controller, problem)),
  );
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const value = stringOf(event[field]);
    if (value === '') {
      causes.push(requiredValue(field));
    } else if (value.length > shortLength) {
      causes.push(invalidValue(field, '', `can have at most ${shortLength} characters`));
    }
  }
  if (stringOf(event['message']).length > noteLength) {
    causes.push(invalidValue('message', '', `can have at most ${noteLength} characters`));
  }
  return causes;
}

function seriesCauses(event: KubeObject): Cause[] {
  const { series } = event;
  if (!isJsonObject(series)) {
    return [];
  }
  const causes: Cause[] = [];
  if (typeof series['count'] !== 'number' || series['count'] < 2) {
    causes.push(invalidValue('series.count', '', 'should be at least 2'));
  }
  if (stringOf(series['lastObservedTime']) === '') {
    causes.push(requiredValue('series.lastObservedTime'));
  }
  return causes;
}
