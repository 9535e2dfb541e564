import { z } from 'zod';
import { TEAM } from '../environment/cluster.ts';
import type { Stage } from '../environment/stage.ts';
import { isObject } from './paths.ts';

/** What a connector comes to, without times, versions and counters. Ids are replaced by words. */
export interface EndState {
  readonly status: unknown;
  readonly metadata: unknown;
  readonly secrets: unknown;
  readonly instances: unknown;
}

const stored = z.object({
  metadata: z.looseObject({
    uid: z.string(),
    finalizers: z.array(z.string()).default([]),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z.record(z.string(), z.unknown()).default({}),
});

const storedSecret = z.object({
  metadata: z.looseObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.looseObject({ uid: z.string() })).default([]),
  }),
  type: z.string(),
  data: z.record(z.string(), z.string()).default({}),
});

/** Fields of the status that two ways to the same state may leave different. */
const TIMES = new Set([
  'lastTransitionTime',
  'observedGeneration',
  'resourceVersion',
  'authorizedAt',
  'createdAt',
  'disabledAt',
  // Each way has its own code.
  'grant',
]);

/** Annotations of the operator: its write-ahead record names its own time and code. */
const RECORD = 'openconnectors.dev/attempt';

/** The end state of the connector `name`. */
export function endStateOf({ environment }: Stage, name: string): EndState {
  const { cluster, simulation } = environment;
  const object = cluster.server.store.get('infusionsoftconnectors.openconnectors.dev', `${TEAM}/${name}`);
  if (object === undefined) {
    throw new Error(`connector ${name} does not exist`);
  }
  const { metadata, status } = stored.parse(object);
  const instances = simulation.instances();
  const tokens = new Map(instances.map(({ id, token }) => [token, `token of ${id}`]));
  const secrets = [...cluster.server.store.list('secrets').entries]
    .map(([, secret]) => storedSecret.parse(secret))
    .filter(({ metadata: { ownerReferences } }) => ownerReferences.some(({ uid }) => uid === metadata.uid))
    .map(({ metadata: { name: secretName, labels, annotations }, type, data }) => ({
      secretName,
      type,
      labels,
      annotations,
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => {
          const text = Buffer.from(value, 'base64').toString('utf8');
          return [key, tokens.get(text) ?? text];
        }),
      ),
    }))
    .sort((left, right) => (left.secretName < right.secretName ? -1 : 1));
  const own = instances.filter(({ tags }) => tags.includes(`k8s-uid-${metadata.uid}`));
  const state = {
    status: withoutTimes(status),
    metadata: {
      finalizers: metadata.finalizers,
      annotations: Object.keys(metadata.annotations).filter((key) => key !== RECORD),
    },
    secrets,
    instances: instances.map(
      ({ id, name: called, connector, tags, disabled, configuration, works, refreshLocked }) => ({
        id,
        called,
        connector,
        tags: [...tags].sort(),
        disabled,
        works,
        refreshLocked,
        configuration: Object.fromEntries(
          Object.entries(configuration)
            .filter(([key]) => !GRANT_KEYS.test(key))
            .sort(([left], [right]) => (left < right ? -1 : 1)),
        ),
      }),
    ),
  };
  return renamed(state, [
    [metadata.uid, 'UID'],
    ...own.map(({ id }, index): [string, string] => [String(id), `INSTANCE-${index + 1}`]),
  ]);
}

/** Configuration of an instance that holds the current tokens of its grant. */
const GRANT_KEYS = /^oauth\.(user\.|code|token)|time/;

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutTimes);
  }
  if (!isObject(value)) {
    return value;
  }
  const isCode = typeof value['secretName'] === 'string' && /^(code|token)/.test(value['secretName']);
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key]) =>
          !TIMES.has(key) &&
          !(isCode && key === 'fingerprint') &&
          !(key === 'fingerprint' && 'name' in value),
      )
      .map(([key, inner]) => [key, withoutTimes(inner)])
      .sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
  );
}

/** Replaces whole words in every text and number. */
function renamed(state: EndState, words: readonly (readonly [string, string])[]): EndState {
  let text = JSON.stringify(state);
  for (const [from, to] of words) {
    text = text.replaceAll(new RegExp(`(?<![0-9A-Za-z])${from}(?![0-9A-Za-z])`, 'g'), to);
  }
  const quoted = text.replaceAll(/:(INSTANCE-\d+)/g, ':"$1"');
  return z
    .object({ status: z.unknown(), metadata: z.unknown(), secrets: z.unknown(), instances: z.unknown() })
    .parse(JSON.parse(quoted));
}

/** The paths at which two end states differ, with both values. */
export function differences(expected: unknown, actual: unknown, path = ''): readonly string[] {
  const isComparable =
    (isObject(expected) && isObject(actual)) || (Array.isArray(expected) && Array.isArray(actual));
  if (!isComparable) {
    return JSON.stringify(expected) === JSON.stringify(actual)
      ? []
      : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }
  const left = new Map(Object.entries(expected as object));
  const right = new Map(Object.entries(actual as object));
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    differences(left.get(key), right.get(key), `${path}.${key}`),
  );
}
