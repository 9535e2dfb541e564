import { z } from 'zod';
import { ANNOTATIONS } from '../../../../src/api/group.ts';
import { TEAM } from '../../environment/cluster.ts';
import type { Stage } from '../../environment/stage.ts';
import { renamed, storedObject, withoutTimes } from '../end-state.ts';

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

/** The write-ahead record names its own time and code; a probe asks for a reconcile. */
const UNLIKE: ReadonlySet<string> = new Set([ANNOTATIONS.attempt, ANNOTATIONS.reconcileAt]);

/** What the connector `name` came to, with its Secrets and all instances. Ids are replaced by words. */
export function endStateOf({ environment }: Stage, name: string): unknown {
  const { cluster, simulation } = environment;
  const object = cluster.server.store.get('infusionsoftconnectors.openconnectors.dev', `${TEAM}/${name}`);
  if (object === undefined) {
    throw new Error(`connector ${name} does not exist`);
  }
  const { metadata, status } = storedObject.parse(object);
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
      annotations: Object.keys(metadata.annotations).filter((key) => !UNLIKE.has(key)),
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
