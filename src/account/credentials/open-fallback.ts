import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { OpenConnectors } from '../../openconnectors/port.ts';
import type { AccountCredentials } from '../../ownership/account-view.ts';
import type { FallbackOutcome } from '../../ownership/accounts.ts';
import type { RecordedAccount } from '../../ownership/recorded-account.ts';
import type { AccountTarget, VerifiedCredentials } from '../account-target.ts';
import type { RegistryPorts } from '../registry-ports.ts';

/** The sessions of a registry, as far as opening one with the fallback credentials needs them. */
interface Sessions {
  candidate(
    key: string,
    target: AccountTarget,
    credentials: AccountCredentials,
    credential: string,
  ): Pick<OpenConnectors, 'organization'>;
  opened(key: string, target: AccountTarget, verified: VerifiedCredentials): void;
  close(key: string): void;
}

/** Verifies the credentials that last worked for the account, and opens the session `key` with them. */
export async function openFallback(
  registry: Sessions,
  ports: RegistryPorts,
  key: string,
  account: RecordedAccount,
  signal: AbortSignal,
): Promise<FallbackOutcome> {
  const stored = await ports.readFallback(account.uid, signal);
  if (
    stored === undefined ||
    stored.organizationId !== account.organizationId ||
    stored.baseUrl !== account.baseUrl
  ) {
    return 'absent';
  }
  const { credentials } = stored;
  const credential = ports.fingerprint(JSON.stringify(credentials));
  const target = { uid: account.uid, spec: { baseUrl: stored.baseUrl }, isDefault: false, isFallback: true };
  if (!ports.isAllowed(stored.baseUrl)) {
    return 'refused';
  }
  try {
    const organization = await registry.candidate(key, target, credentials, credential).organization(signal);
    if (organization.id !== account.organizationId) {
      registry.close(key);
      return 'refused';
    }
    registry.opened(key, target, { credentials, credential, secretVersion: '', organization });
    return 'open';
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'unauthorized') {
      registry.close(key);
      return 'refused';
    }
    throw error;
  }
}
