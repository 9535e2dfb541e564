import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { AccountAct } from '../action.ts';
import type { AccountInput, AccountObservation } from '../input.ts';
import { gatherAccount } from '../observe/gather.ts';
import { type AccountPorts, targetOf } from '../ports.ts';
import { keyOfAccount as keyOf } from '../users.ts';

/**
 * Carries out one action and returns the input that follows from it. A `RemoteError` becomes the outcome of the action;
 * everything else is thrown and ends the reconcile.
 */
export async function actOnAccount(
  ports: AccountPorts,
  input: AccountInput,
  action: AccountAct,
  signal: AbortSignal,
): Promise<AccountInput> {
  switch (action.type) {
    case 'read-secret': {
      const secret = await ports.secrets.read(input.account.metadata.namespace, action.name, signal);
      return after(ports, input, { secret }, action);
    }
    case 'verify':
      return attempt(ports, input, action, () => verify(ports, input, action, signal));
    case 'list':
      return attempt(ports, input, action, () => list(ports, input, signal));
    case 'list-users': {
      const listedUsers = await ports.users.listNames(input.account, signal);
      return after(ports, input, { listedUsers }, action);
    }
  }
}

function after(
  ports: AccountPorts,
  input: AccountInput,
  change: Partial<AccountObservation>,
  action: AccountAct,
  error?: RemoteError,
): AccountInput {
  const outcome = error === undefined ? ({ kind: 'done' } as const) : ({ kind: 'failed', error } as const);
  return gatherAccount(
    { ...input, ...change, log: [...input.log, { action, outcome }] },
    ports.fingerprinter.of,
    input,
  );
}

async function attempt(
  ports: AccountPorts,
  input: AccountInput,
  action: AccountAct,
  call: () => Promise<void>,
): Promise<AccountInput> {
  const failure = await call().then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof RemoteError)) {
        throw error;
      }
      return error;
    },
  );
  const change = {
    now: ports.clock.now(),
    session: ports.registry.facts(keyOf(input.account)),
    throttledUntil: ports.registry.throttledUntil(keyOf(input.account)),
  };
  return after(ports, input, change, action, failure);
}

async function verify(
  ports: AccountPorts,
  input: AccountInput,
  { credentials, credential, secretVersion }: Extract<AccountAct, { type: 'verify' }>,
  signal: AbortSignal,
): Promise<void> {
  const { registry } = ports;
  const key = keyOf(input.account);
  const target = targetOf(input.account);
  try {
    const organization = await registry.candidate(key, target, credentials, credential).organization(signal);
    registry.opened(key, target, { credentials, credential, secretVersion, organization });
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'unauthorized') {
      registry.refused(key, target, credential, ports.clock.now());
    }
    throw error;
  }
}

async function list(ports: AccountPorts, input: AccountInput, signal: AbortSignal): Promise<void> {
  const session = ports.registry.sessionByKey(keyOf(input.account));
  if (session === undefined) {
    throw new Error('the account was closed during the reconcile');
  }
  const startedAt = ports.clock.now();
  const { listedAt } = session.inventory;
  try {
    const instances = await session.api.listInstancesByTag(ports.clusterTag, signal);
    const changed = session.inventory.replace(instances, startedAt);
    if (listedAt !== undefined) {
      ports.wakeOwners(changed);
    }
    if (listedAt !== undefined && listedAt > startedAt) {
      // The clock was set back. Since then connectors have waited for a list whose time they can compare.
      ports.wakeUsers(input.account);
    }
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'unauthorized') {
      session.invalidate();
    }
    throw error;
  }
}
