import { accountNameOf } from '../../api/defaults.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { AccountView } from '../../ownership/account-view.ts';
import type { AccountSession } from '../../ownership/accounts.ts';
import type { Step } from '../action.ts';
import type { World } from '../input.ts';
import { knownInstances } from '../observe/observe.ts';
import { type ConnectorPorts, sessionFor } from '../ports.ts';
import { type Action, type ActionContext, withPass } from './action-context.ts';
import { openKeptAccount } from './fallback-credentials.ts';
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
import { removeSecret, writeEnrolment } from './one-time-code.ts';
import {
  deleteConnectionSecret,
  readSecret,
  releaseConnectionSecret,
  writeConnectionSecret,
} from './secrets.ts';
import { create, hold, reauthorize, writeRecord } from './send-credential.ts';
import { writeTombstone } from './tombstone.ts';

/** A step that does something. */
export type Act = Exclude<Step, { do: 'finish' }>;

/** Each kind of step with what carries it out, and its name in a sentence ("Open Connectors refused to ..."). */
const ACTIONS: { readonly [Do in Act['do']]: { readonly run: Action<Do>; readonly words: string } } = {
  'read-secret': { run: readSecret, words: 'read the Secret' },
  search: { run: search, words: 'search the instance' },
  'read-instance': { run: readInstance, words: 'read the instance' },
  'write-record': { run: writeRecord, words: 'write the record of the credential' },
  hold: { run: hold, words: 'hold the resource' },
  'write-enrolment': { run: writeEnrolment, words: 'write the enrolment Secret' },
  'remove-secret': { run: removeSecret, words: 'remove a Secret of the consent' },
  create: { run: create, words: 'create the instance' },
  reauthorize: { run: reauthorize, words: 'authorize the instance' },
  patch: { run: patch, words: 'change the instance' },
  'record-disabling': { run: recordDisabling, words: 'record that the instance is disabled' },
  enable: { run: enable, words: 'enable or disable the instance' },
  ping: { run: ping, words: 'make a call through the instance' },
  'prove-account': { run: proveAccount, words: 'verify the account' },
  'open-kept-account': { run: openKeptAccount, words: 'verify the account' },
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
  world: World,
  step: Act,
  signal: AbortSignal,
  advance: (world: World) => void = () => undefined,
): Promise<World> {
  const context: ActionContext = {
    ports,
    signal,
    session: () => sessionOf(ports, world),
    justRead: world.pass.justRead,
    advance,
  };
  const next = await attempt(context, { ...world, pass: { ...world.pass, justRead: undefined } }, step);
  return { ...next, now: ports.clock.now(), remote: knownInstances(ports, next) };
}

async function attempt(context: ActionContext, world: World, step: Act): Promise<World> {
  try {
    return await run(context, world, step);
  } catch (error) {
    if (error instanceof AccountChangedError) {
      return { ...world, account: viewOf(context.ports, world) };
    }
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    if (error.class === 'unauthorized') {
      sessionFor(context.ports.accounts, world)?.suspect();
    }
    return withPass(world, { failure: { do: step.do, words: ACTIONS[step.do].words, error } });
  }
}

function run<Do extends Act['do']>(
  context: ActionContext,
  world: World,
  step: Extract<Act, { do: Do }>,
): Promise<World> {
  const action: Action<Do> = ACTIONS[step.do as Do].run;
  return action(context, world, step);
}

/** The account was closed, or opened for another organization, since it was observed. */
class AccountChangedError extends Error {
  override readonly name = 'AccountChangedError';
}

function sessionOf(ports: ConnectorPorts, world: World): AccountSession {
  const session = sessionFor(ports.accounts, world);
  // What one organization answers is no fact about another.
  const observed = world.account.state === 'ready' ? world.account : undefined;
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
function viewOf(ports: ConnectorPorts, world: World): AccountView {
  return (
    sessionFor(ports.accounts, world)?.view ??
    ports.accounts.view(world.connector.metadata.namespace, accountNameOf(world.connector.spec))
  );
}
