import type { OpenConnectors } from '../openconnectors/port.ts';
import type { AccountView } from './account-view.ts';
import type { Inventory } from './inventory.ts';
import type { RecordedAccount } from './recorded-account.ts';
/** `absent`: none are stored. `refused`: Open Connectors refuses them, or they belong to another organization. */
export type FallbackOutcome = 'open' | 'absent' | 'refused';

/** One account that can be worked with. */
export interface AccountSession {
  readonly view: Extract<AccountView, { state: 'ready' }>;
  readonly api: OpenConnectors;
  readonly inventory: Inventory;
  /** The account's credentials were refused: they are verified again before the next use. */
  invalidate(): void;
}

/** The accounts, by the namespace and name that a connector asks for; without a name it is the operator's default. */
export interface Accounts {
  view(namespace: string, name: string | undefined): AccountView;
  /** The session behind a `ready` view. */
  session(namespace: string, name: string | undefined): AccountSession | undefined;
  /** Verifies the credentials that last worked for this account. Throws `RemoteError` and `KubeError`. */
  openFallback(account: RecordedAccount, signal: AbortSignal): Promise<FallbackOutcome>;
  /** The session that `openFallback` opened. */
  fallbackSession(uid: string): AccountSession | undefined;
}
