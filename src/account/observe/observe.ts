import type { OpenConnectorsAccount } from '../../api/account.ts';
import { requestOf } from '../../api/annotations.ts';
import { validateAccount } from '../../api/validation/validate.ts';
import type { AccountInput, AccountObservation } from '../input.ts';
import type { AccountPorts } from '../ports.ts';
import { keyOfAccount as keyOf } from '../users.ts';
import { gatherAccount } from './gather.ts';

/** The input of one account from caches alone: no call is made. */
export function observeAccount(ports: AccountPorts, account: OpenConnectorsAccount): AccountInput {
  const { uid } = account.metadata;
  const violations = validateAccount(account);
  const observation: AccountObservation = {
    now: ports.clock.now(),
    account,
    violations,
    allowedHosts: ports.allowedHosts,
    inventoryIntervalMs: ports.inventoryIntervalMs,
    secret:
      violations.length === 0
        ? ports.secrets.known(account.metadata.namespace, account.spec.credentialsSecretRef.name)
        : { state: 'absent' },
    session: ports.registry.facts(keyOf(account)),
    throttledUntil: ports.registry.throttledUntil(keyOf(account)),
    // Only a deletion depends on them.
    users: account.metadata.deletionTimestamp === undefined ? [] : ports.users.names(account),
    listedUsers: undefined,
    triggered: false,
    log: [],
  };
  const before = ports.inputHashes.get(uid);
  const asked = requestOf(account, 'reconcileAt', account.status?.lastHandledReconcileAt) !== undefined;
  const triggered = asked || (before !== undefined && before !== inputHashOf(observation));
  return gatherAccount({ ...observation, triggered }, ports.fingerprinter.of);
}

/** What users change: two equal ones need no new try of what failed. */
export function inputHashOf({ account, secret }: AccountObservation): string {
  const version = secret.state === 'absent' ? '' : secret.resourceVersion;
  return JSON.stringify([account.metadata.generation, account.metadata.deletionTimestamp, version]);
}
