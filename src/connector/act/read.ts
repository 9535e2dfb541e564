import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { ConnectorInput } from '../input.ts';
import type { ReadAction } from '../plan/effects.ts';
import { type ReadPorts, sessionFor } from '../ports.ts';
import type { Effect, ReadContext, ReadHandler } from './action-context.ts';
import { ping, pingPeer, readElement, readInstance, search, verifyAccount } from './instance.ts';
import { readSecret } from './secrets.ts';
import { withEffect } from './with-effect.ts';

/** The handler of each action that only reads. */
export const READ_HANDLERS: { readonly [Type in ReadAction['type']]: ReadHandler<Type> } = {
  'read-secret': readSecret,
  search,
  'read-instance': readInstance,
  ping,
  'ping-peer': pingPeer,
  'read-element': readElement,
  'verify-account': verifyAccount,
};

/**
 * Carries out one read, with clients that cannot write, and returns the input that follows from it. A `RemoteError`
 * becomes the outcome of the action; everything else is thrown.
 */
export async function carryOutRead(
  ports: ReadPorts,
  input: ConnectorInput,
  action: ReadAction,
  signal: AbortSignal,
): Promise<ConnectorInput> {
  const context: ReadContext = { ports, signal, session: () => sessionOf(ports, input) };
  return withEffect(ports, input, action, await effectOf(context, input, action));
}

async function effectOf(context: ReadContext, input: ConnectorInput, action: ReadAction): Promise<Effect> {
  try {
    return await run(context, input, action);
  } catch (error) {
    if (error instanceof RemoteError) {
      return { observation: input, outcome: { kind: 'failed', error } };
    }
    throw error;
  }
}

function run<Type extends ReadAction['type']>(
  context: ReadContext,
  input: ConnectorInput,
  action: Extract<ReadAction, { type: Type }>,
): Promise<Effect> {
  const handler: ReadHandler<Type> = READ_HANDLERS[action.type as Type];
  return handler(context, input, action);
}

function sessionOf(ports: ReadPorts, input: ConnectorInput) {
  const session = sessionFor(ports.accounts, input);
  if (session === undefined) {
    throw new Error('a read was decided without an account');
  }
  return session;
}
