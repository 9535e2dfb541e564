import type { OpenConnectorsAccount } from '../api/account.ts';
import { CONNECTOR_RESOURCE } from '../api/group.ts';
import { listLive } from '../kube/client/list-live.ts';
import type { KubeObject } from '../kube/client/object.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { Store } from '../kube/watch/store.ts';
import { accountKey, DEFAULT_ACCOUNT_KEY, DEFAULT_ACCOUNT_UID } from '../ownership/account-key.ts';
import { accountOfConnector, INDEX } from '../ownership/references.ts';

/** The connectors of an account, found by the indexes of the cache: no tag is computed, nothing is parsed. */
export interface AccountUsers {
  connectors(account: OpenConnectorsAccount): readonly KubeObject[];
  /** Names of the connectors that use the account. */
  names(account: OpenConnectorsAccount): readonly string[];
  /** Whether a connector of this account owns what carries `ownerTag`. */
  own(account: OpenConnectorsAccount, ownerTag: string): boolean;
  /** Whether any connector that this operator watches owns what carries `ownerTag`. */
  isOwned(ownerTag: string): boolean;
  /**
   * Names of the connectors that use the account, as the API server shows them now: also those that the label selector
   * of this operator leaves out. Throws `KubeError`.
   */
  listNames(account: OpenConnectorsAccount, signal: AbortSignal): Promise<readonly string[]>;
}

/** `connectors` needs the indexes `INDEX.account` and `INDEX.owner`. */
export function createAccountUsers(connectors: Store, rest: Pick<KubeRest, 'get'>): AccountUsers {
  const usersOf = (account: OpenConnectorsAccount): KubeObject[] =>
    connectors.byIndex(INDEX.account, keyOfAccount(account));
  return {
    connectors: usersOf,
    names: (account) => usersOf(account).map(({ metadata }) => metadata.name),
    own: (account, ownerTag) =>
      connectors
        .byIndex(INDEX.owner, ownerTag)
        .some((connector) => accountOfConnector(connector).includes(keyOfAccount(account))),
    isOwned: (ownerTag) => connectors.countByIndex(INDEX.owner, ownerTag) > 0,
    async listNames(account, signal) {
      const listed = await listLive(rest, CONNECTOR_RESOURCE, account.metadata.namespace, signal);
      return listed
        .filter((connector) => accountOfConnector(connector).includes(keyOfAccount(account)))
        .map(({ metadata }) => metadata.name);
    },
  };
}

/** The key of an account in the registry and in the index of connectors by account. */
export function keyOfAccount({ metadata }: OpenConnectorsAccount): string {
  return metadata.uid === DEFAULT_ACCOUNT_UID
    ? DEFAULT_ACCOUNT_KEY
    : accountKey(metadata.namespace, metadata.name);
}
