import { accountNameOf } from '../../api/defaults.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { AccountView } from '../../ownership/account-view.ts';
import type { AccountSession } from '../../ownership/accounts.ts';
import type { Action } from '../action.ts';
import type { ConnectorInput, Observation } from '../input.ts';
import { gather } from '../observe/gather.ts';
import { knownInstances } from '../observe/observe.ts';
import { type ConnectorPorts, sessionFor } from '../ports.ts';
import { type ActionContext, type ActionHandler, withDone } from './action-context.ts';
import { openFallback } from './fallback-credentials.ts';
import {
  deleteInstance,
  enable,
  patch,
  ping,
  proveAccount,
  readInstance,
  recordDisabling,
  recordRemoval,
  releaseTags,
  search,
} from './instance.ts';
import { removeSecret, writeOneTimeCode } from './one-time-code.ts';
import {
  deleteConnectionSecret,
  readSecret,
  releaseConnectionSecret,
  writeConnectionSecret,
} from './secrets.ts';
import { addFinalizer, create, reauthorize, writeRecord } from './send-credential.ts';
import { writeTombstone } from './tombstone.ts';

/** A step that does something. */
export type Act = Exclude<Action, { type: 'finish' }>;

/** Each kind of step with what carries it out, and its name in a sentence ("Open Connectors refused to ..."). */
const ACTIONS: {
  readonly [Type in Act['type']]: { readonly run: ActionHandler<Type>; readonly words: string };
} = {
  'read-secret': { run: readSecret, words: 'read the Secret' },
  search: { run: search, words: 'search the instance' },
  'read-instance': { run: readInstance, words: 'read the instance' },
  'write-record': { run: writeRecord, words: 'write the record of the credential' },
  'add-finalizer': { run: addFinalizer, words: 'add the finalizer' },
  'write-one-time-code': { run: writeOneTimeCode, words: 'write the enrolment Secret' },
  'remove-secret': { run: removeSecret, words: 'remove a Secret of the consent' },
  create: { run: create, words: 'create the instance' },
  reauthorize: { run: reauthorize, words: 'authorize the instance' },
  patch: { run: patch, words: 'change the instance' },
  'record-disabling': { run: recordDisabling, words: 'record that the instance is disabled' },
  enable: { run: enable, words: 'enable or disable the instance' },
  ping: { run: ping, words: 'make a call through the instance' },
  'verify-account': { run: proveAccount, words: 'verify the account' },
  'open-fallback-credentials': { run: openFallback, words: 'verify the account' },
  'release-tags': { run: releaseTags, words: "remove the operator's tags" },
  'record-removal': { run: recordRemoval, words: 'record the removal of the instance' },
  'delete-instance': { run: deleteInstance, words: 'delete the instance' },
  'write-tombstone': { run: writeTombstone, words: 'write the tombstone' },
  'write-connection-secret': { run: writeConnectionSecret, words: 'write the connection Secret' },
  'delete-connection-secret': { run: deleteConnectionSecret, words: 'delete the old connection Secret' },
  'release-connection-secret': { run: releaseConnectionSecret, words: 'release the connection Secret' },
};

/**
 * Carries out one step and returns the world that follows from it. A `RemoteError` becomes a fact of the pass, for
 * `decide` to judge; everything else (`KubeError`, a lost Lease, an abort) is thrown and ends the pass.
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
    justRead: input.done.justRead,
    advance: (observation) => advance(gather(observation, ports.fingerprinter.of, input)),
  };
  const next = await attemptExternal(
    context,
    { ...input, done: { ...input.done, justRead: undefined } },
    action,
  );
  return gather(
    { ...next, now: ports.clock.now(), external: knownInstances(ports, next) },
    ports.fingerprinter.of,
    input,
  );
}

async function attemptExternal(
  context: ActionContext,
  input: ConnectorInput,
  action: Act,
): Promise<Observation> {
  try {
    return await run(context, input, action);
  } catch (error) {
    if (error instanceof AccountChangedError) {
      return { ...input, account: viewOf(context.ports, input) };
    }
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    if (error.class === 'unauthorized') {
      sessionFor(context.ports.accounts, input)?.invalidate();
    }
    return withDone(input, { failure: { type: action.type, words: ACTIONS[action.type].words, error } });
  }
}

function run<Type extends Act['type']>(
  context: ActionContext,
  input: ConnectorInput,
  action: Extract<Act, { type: Type }>,
): Promise<Observation> {
  const handler: ActionHandler<Type> = ACTIONS[action.type as Type].run;
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
