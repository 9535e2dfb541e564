import { accountNameOf } from '../../api/defaults.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { AccountView } from '../../ownership/account-view.ts';
import type { AccountSession } from '../../ownership/accounts.ts';
import type { Act } from '../action.ts';
import { justRead } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';
import { gather } from '../observe/gather.ts';
import { type ConnectorPorts, sessionFor } from '../ports.ts';
import { type ActionContext, type ActionHandler, type Effect, stale } from './action-context.ts';
import { openFallback } from './fallback-credentials.ts';
import { deleteInstance, enable, patch, recordDisabling, recordRemoval, releaseTags } from './instance.ts';
import { removeSecret, writeOneTimeCode } from './one-time-code.ts';
import { READ_HANDLERS } from './read.ts';
import { recordInstance } from './record-instance.ts';
import { recordSwitch } from './record-switch.ts';
import { deleteConnectionSecret, releaseConnectionSecret, writeConnectionSecret } from './secrets.ts';
import { addFinalizer, create, reauthorize, writeRecord } from './send-credential.ts';
import { writeTombstone } from './tombstone.ts';
import { withEffect } from './with-effect.ts';

/** The handler of each action. */
const HANDLERS: { readonly [Type in Act['type']]: ActionHandler<Type> } = {
  ...READ_HANDLERS,
  'write-record': writeRecord,
  'add-finalizer': addFinalizer,
  'write-one-time-code': writeOneTimeCode,
  'remove-secret': removeSecret,
  create,
  reauthorize,
  patch,
  'record-disabling': recordDisabling,
  enable,
  'open-fallback-credentials': openFallback,
  'release-tags': releaseTags,
  'record-instance': recordInstance,
  'record-removal': recordRemoval,
  'record-switch': recordSwitch,
  'delete-instance': deleteInstance,
  'write-tombstone': writeTombstone,
  'write-connection-secret': writeConnectionSecret,
  'delete-connection-secret': deleteConnectionSecret,
  'release-connection-secret': releaseConnectionSecret,
};

/**
 * Carries out one action and returns the input that follows from it. A `RemoteError` becomes the outcome of the action,
 * for `decide` to judge; everything else (`KubeError`, a lost Lease, an abort) is thrown and ends the reconcile.
 */
export async function act(
  ports: ConnectorPorts,
  input: ConnectorInput,
  action: Act,
  signal: AbortSignal,
  advance: (input: ConnectorInput) => void = () => undefined,
): Promise<ConnectorInput> {
  const context: ActionContext = {
    ports,
    signal,
    session: () => sessionOf(ports, input),
    justRead: justRead(input.log),
    advance: (observation) => advance(gather(observation, ports.fingerprinter.of, input)),
  };
  return withEffect(ports, input, action, await effectOf(context, input, action));
}

async function effectOf(context: ActionContext, input: ConnectorInput, action: Act): Promise<Effect> {
  try {
    return await run(context, input, action);
  } catch (error) {
    if (error instanceof AccountChangedError) {
      return stale({ ...input, account: viewOf(context.ports, input) });
    }
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    if (error.class === 'unauthorized') {
      sessionFor(context.ports.accounts, input)?.invalidate();
    }
    return { observation: input, outcome: { kind: 'failed', error } };
  }
}

function run<Type extends Act['type']>(
  context: ActionContext,
  input: ConnectorInput,
  action: Extract<Act, { type: Type }>,
): Promise<Effect> {
  const handler: ActionHandler<Type> = HANDLERS[action.type as Type];
  return handler(context, input, action);
}

/** The account was closed, or opened for another organization, since it was observed. */
class AccountChangedError extends Error {
  override readonly name = 'AccountChangedError';
}

function sessionOf(ports: ConnectorPorts, input: ConnectorInput): AccountSession {
  const session = sessionFor(ports.accounts, input);
  // What one organization answers is no fact about another.
  const observed = input.account.state === 'ready' ? input.account : undefined;
  if (
    session === undefined ||
    session.view.organizationId !== observed?.organizationId ||
    session.view.baseUrl !== observed.baseUrl
  ) {
    throw new AccountChangedError('the account was closed or changed');
  }
  return session;
}

/** The account as it is now. */
function viewOf(ports: ConnectorPorts, input: ConnectorInput): AccountView {
  return (
    sessionFor(ports.accounts, input)?.view ??
    ports.accounts.view(input.connector.metadata.namespace, accountNameOf(input.connector.spec))
  );
}
