import { ANNOTATIONS, FINALIZER } from '../../api/group.ts';
import { RemoteError } from '../../openconnectors/errors.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { formatAttempt } from '../attempt.ts';
import type { World } from '../world.ts';
import { type Action, type ActionContext, withIncident, withMemory, withPass } from './action.ts';
import { restoreGrant } from './enrolment.ts';

/** Writes the record of the grant, and the finalizer, before the grant leaves this machine. */
export const announce: Action<'announce'> = async ({ ports }, world, { attempt }) => {
  const connector = await ports.connectors.patchMetadata(world.connector, {
    annotations: { [ANNOTATIONS.attempt]: formatAttempt(attempt) },
    ...withFinalizer(world),
  });
  return withPass({ ...world, connector }, { announced: attempt.credential });
};

/** Writes the finalizer alone. */
export const hold: Action<'hold'> = async ({ ports }, world) => {
  const connector = await ports.connectors.patchMetadata(world.connector, withFinalizer(world));
  return { ...world, connector };
};

const LEGACY = {
  reason: 'LegacyConnector',
  message:
    'Connector infusionsoftcrm works by legacy keys and XML-RPC, which Keap ends at the end of 2026. Plan the move to spec.connector: infusionsoftrest.',
} as const;

/** Creates the instance. Whatever comes of it, the grant is spent: it is never sent a second time. */
export const create: Action<'create'> = async (context, world, { body, credential }) => {
  const { api } = context.session();
  const done = await send(context, world, credential, 'create the instance', async () => {
    const instance = await api.createInstance(body, context.signal);
    // An answer may leave the tags out; by them the instance is known as ours.
    return { ...instance, tags: instance.tags ?? body.tags };
  });
  if (!('instance' in done)) {
    return done.world;
  }
  const created = withIncident(done.world, {
    reason: 'Created',
    message: `Created instance ${done.instance.id}.`,
  });
  return body.connector === 'infusionsoftcrm' ? withIncident(created, LEGACY) : created;
};

/** Gives an existing instance a new grant; its id stays. */
export const reauthorize: Action<'reauthorize'> = async (context, world, { id, body, credential }) => {
  const { api } = context.session();
  const done = await send(context, world, credential, 'authorize the instance', () =>
    api.reauthorizeInstance(id, body, context.signal),
  );
  return 'instance' in done
    ? withIncident(done.world, { reason: 'Reauthorized', message: `Authorized instance ${id} anew.` })
    : done.world;
};

async function send(
  context: ActionContext,
  world: World,
  credential: string,
  words: string,
  call: () => Promise<Instance>,
): Promise<{ readonly world: World; readonly instance: Instance } | { readonly world: World }> {
  const leaving = withMemory(context, world, { unsent: undefined });
  try {
    const instance = await call();
    context.session().inventory.learn(instance);
    const authorized = withPass(leaving, {
      authorized: true,
      announced: undefined,
      ping: undefined,
      accountProven: false,
    });
    return {
      instance,
      world: withMemory(context, authorized, { ambiguous: undefined, unsent: undefined, refused: undefined }),
    };
  } catch (error) {
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    return {
      world: await afterRefusal(
        context,
        withPass(leaving, { announced: undefined }),
        credential,
        words,
        error,
      ),
    };
  }
}

async function afterRefusal(
  context: ActionContext,
  world: World,
  credential: string,
  words: string,
  error: RemoteError,
): Promise<World> {
  // A refusal without an answer was made on this side: no connection, or a pause of the account. The grant is still good.
  const wasSent = error.status !== undefined || error.class === 'ambiguous';
  if (!wasSent) {
    const kept = await restoreGrant(context, world);
    return withPass(withMemory(context, kept, { unsent: credential }), {
      failure: { do: 'create', words, error },
    });
  }
  switch (error.class) {
    case 'ambiguous':
      return withPass(
        withMemory(context, world, { ambiguous: { credential, at: context.ports.clock.now() } }),
        { ping: undefined },
      );
    case 'unauthorized':
      context.session().suspect();
      return withMemory(context, world, { refused: { credential, message: error.message } });
    default:
      return withMemory(context, world, { refused: { credential, message: error.message } });
  }
}

function withFinalizer(world: World): { readonly finalizers?: readonly string[] } {
  const finalizers = world.connector.metadata.finalizers ?? [];
  return finalizers.includes(FINALIZER) ? {} : { finalizers: [...finalizers, FINALIZER] };
}
