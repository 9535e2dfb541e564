import type { InfusionsoftConnector } from '../api/connector.ts';
import { ACCOUNT_RESOURCE, CONNECTOR_RESOURCE } from '../api/group.ts';
import { accountKey } from '../ownership/account-key.ts';
import { INDEX } from '../ownership/references.ts';
import type { Manager } from '../reconciler/controller.ts';

/** An account counts its instances once for all deletions of this time: a count takes as long as it has instances. */
const DELETIONS_MS = 1_000;

/** After the deletion of `connector`: has its account reconciled, which may wait for its last user. */
export function releaseAccount(
  manager: Pick<Manager, 'store' | 'reconcileLater'>,
  { metadata: { namespace }, spec }: InfusionsoftConnector,
): void {
  const name = spec.accountRef?.name;
  if (name === undefined || manager.store(ACCOUNT_RESOURCE).get(namespace, name) === undefined) {
    return;
  }
  const users = manager.store(CONNECTOR_RESOURCE).countByIndex(INDEX.account, accountKey(namespace, name));
  manager.reconcileLater(ACCOUNT_RESOURCE, { namespace, name }, users === 0 ? undefined : DELETIONS_MS);
}
