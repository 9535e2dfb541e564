import { z } from 'zod';
import { ACCOUNT_NAMES, ANNOTATIONS, GROUP } from '../../../../src/api/group.ts';
import { HOME, TEAM } from '../../environment/cluster.ts';
import type { Stage } from '../../environment/stage.ts';
import { endStateOf } from '../connector/end-state.ts';
import { renamed, storedObject, withoutTimes } from '../end-state.ts';

const storedSecret = z.object({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
});

/** What the account `name` came to, with its fallback credentials and all that its `users` came to. */
export function accountEndStateOf(stage: Stage, name: string, users: readonly string[]): unknown {
  const { store } = stage.environment.cluster.server;
  const { metadata, status } = storedObject.parse(
    store.get(`${ACCOUNT_NAMES.plural}.${GROUP}`, `${TEAM}/${name}`),
  );
  const kept = [...store.list('secrets').entries]
    .map(([, secret]) => storedSecret.parse(secret))
    .filter((secret) => secret.metadata.namespace === HOME && secret.metadata.name.endsWith(metadata.uid))
    .map(({ data }) =>
      Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
      ),
    );
  const state = {
    status: withoutTimes(status),
    metadata: {
      finalizers: metadata.finalizers,
      annotations: Object.keys(metadata.annotations).filter((key) => key !== ANNOTATIONS.reconcileAt),
    },
    kept,
    users: users.map((user) => endStateOf(stage, user)),
  };
  return renamed(state, [[metadata.uid, 'ACCOUNT-UID']]);
}
