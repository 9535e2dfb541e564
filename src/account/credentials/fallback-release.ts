import { ACCOUNT_RESOURCE, CONNECTOR_RESOURCE } from '../../api/group.ts';
import { listLive } from '../../kube/client/list-live.ts';
import type { KubeRest } from '../../kube/client/rest.ts';
import type { Store } from '../../kube/watch/store.ts';
import { DEFAULT_ACCOUNT_UID } from '../../ownership/account-key.ts';
import { INDEX, recordedAccountsOfConnector } from '../../ownership/references.ts';

export interface FallbackReleaseOptions {
  readonly rest: Pick<KubeRest, 'get'>;
  /** With the indexes `INDEX.recordedAccount` and `INDEX.deletedInAccount`. */
  readonly connectors: Store;
  /** Whether a late instance of the account with this uid may still have to be deleted. */
  readonly watches: (uid: string) => boolean;
  /** Ends the session with the fallback credentials of the account with this uid. */
  readonly close: (uid: string) => void;
  /** Deletes the fallback credentials. Throws `KubeError`. */
  readonly drop: (uid: string) => Promise<void>;
}

/** Something in the namespace that needed the account with this uid was deleted. Throws `KubeError`. */
export type ReleaseFallback = (uid: string, namespace: string, signal: AbortSignal) => Promise<void>;

/** What ends with the account and with its users. */
export interface FallbackRelease {
  /** A connector or a late instance that needed the account was deleted, or the account itself. */
  readonly release: ReleaseFallback;
  /**
   * The account is about to go: deletes the credentials unless something that it does not wait for still needs them, such
   * as a connector that names another account by now.
   */
  readonly dropWithAccount: ReleaseFallback;
}

/**
 * Lets go of fallback credentials. Only a connector that is being deleted works with their session, so that the last of
 * these closes it. The Secret stays until neither the account nor a connector that has an instance in it exists, for
 * whatever operator, and no late instance is watched for.
 */
export function createFallbackRelease({
  rest,
  connectors,
  watches,
  close,
  drop,
}: FallbackReleaseOptions): FallbackRelease {
  const accountExists = async (uid: string, namespace: string, signal: AbortSignal): Promise<boolean> => {
    const accounts = await listLive(rest, ACCOUNT_RESOURCE, namespace, signal);
    return accounts.some(({ metadata }) => metadata.uid === uid);
  };
  const isRecorded = async (uid: string, namespace: string, signal: AbortSignal): Promise<boolean> => {
    const users = await listLive(rest, CONNECTOR_RESOURCE, namespace, signal);
    return users.some((connector) => recordedAccountsOfConnector(connector).includes(uid));
  };
  return {
    async release(uid, namespace, signal) {
      if (uid === DEFAULT_ACCOUNT_UID || watches(uid)) {
        return;
      }
      // Counted, because each of thousands of deletions asks.
      if (connectors.countByIndex(INDEX.deletedInAccount, uid) === 0) {
        close(uid);
      }
      const isNeeded =
        connectors.countByIndex(INDEX.recordedAccount, uid) > 0 ||
        (await accountExists(uid, namespace, signal)) ||
        (await isRecorded(uid, namespace, signal));
      if (!isNeeded) {
        await drop(uid);
      }
    },
    async dropWithAccount(uid, namespace, signal) {
      if (!watches(uid) && !(await isRecorded(uid, namespace, signal))) {
        await drop(uid);
      }
    },
  };
}
