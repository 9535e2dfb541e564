import type { AccountLogEntry } from '../../../src/account/action-log.ts';
import { secretVersionOf } from '../../../src/account/credentials/secret-version.ts';
import type { AccountInput, AccountObservation, SessionFacts } from '../../../src/account/input.ts';
import { gatherAccount } from '../../../src/account/observe/gather.ts';
import type { AccountSpec, AccountStatus, OpenConnectorsAccount } from '../../../src/api/account.ts';
import { ACCOUNT_NAMES, ANNOTATIONS, API_VERSION } from '../../../src/api/group.ts';
import type { ObjectMeta } from '../../../src/api/metadata.ts';
import { validateAccount } from '../../../src/api/validation/validate.ts';
import type { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';
import { type Change, changed } from './changed.ts';
import { ACCOUNT } from './connector.ts';
import { printOf } from './fingerprints.ts';
import { secretRead, VALUES } from './secrets.ts';
import { MINUTE, NOW } from './time.ts';

/** How often the builders' account is listed, before its own phase. */
export const INVENTORY_MS = 10 * MINUTE;

/** Fingerprint of the builders' account credentials. */
export const CREDENTIAL = printOf(
  JSON.stringify({ userSecret: VALUES.userSecret, organizationSecret: VALUES.organizationSecret }),
);

/** What differs from the account `team-a/sap`. */
export interface AccountChange {
  readonly spec?: Change<AccountSpec>;
  readonly metadata?: Change<ObjectMeta>;
  readonly reconcileAt?: string;
  readonly status?: AccountStatus;
}

/** An account that nobody has seen yet. */
export function account(change: AccountChange = {}): OpenConnectorsAccount {
  return {
    apiVersion: API_VERSION,
    kind: ACCOUNT_NAMES.kind,
    metadata: changed<ObjectMeta>(
      {
        name: 'sap',
        namespace: 'team-a',
        uid: ACCOUNT.uid,
        resourceVersion: '50',
        generation: 1,
        ...(change.reconcileAt !== undefined && {
          annotations: { [ANNOTATIONS.reconcileAt]: change.reconcileAt },
        }),
      },
      change.metadata,
    ),
    spec: changed<AccountSpec>(
      {
        baseUrl: 'https://api.openconnectors.us2.ext.hana.ondemand.com',
        credentialsSecretRef: { name: 'sap-account' },
      },
      change.spec,
    ),
    ...(change.status !== undefined && { status: change.status }),
  };
}

/** The account's Secret, read. */
export const ACCOUNT_SECRET = accountSecret();

/** The account's Secret in another version, with the same values. */
export function accountSecret(resourceVersion = '1'): SecretFact {
  const { userSecret, organizationSecret } = VALUES;
  return secretRead({ userSecret, organizationSecret }, { resourceVersion });
}

/** A session with the credentials of `ACCOUNT_SECRET` that was listed a minute ago. */
export const OPEN: Extract<SessionFacts, { state: 'open' }> = {
  state: 'open',
  credential: CREDENTIAL,
  secretVersion: secretVersionOf(account().spec, '1'),
  organization: { id: ACCOUNT.organizationId, name: 'Acme' },
  listedAt: NOW - MINUTE,
  invalidated: false,
};

/** What differs from the input of an account whose Secret is read and to which nothing else has happened. */
export interface AccountWorldChange extends Partial<AccountObservation> {
  readonly done?: {
    readonly failure: { readonly action: 'verify' | 'list'; readonly error: RemoteError } | undefined;
  };
}

/** The input of an account. */
export function accountWorld({ done, ...change }: AccountWorldChange = {}): AccountInput {
  const subject = change.account ?? account();
  const failure = done?.failure;
  return gatherAccount(
    {
      now: NOW,
      account: subject,
      violations: validateAccount(subject),
      allowedHosts: [{ host: 'api.openconnectors.*.ext.hana.ondemand.com', port: undefined }],
      inventoryIntervalMs: INVENTORY_MS,
      secret: ACCOUNT_SECRET,
      session: { state: 'none' },
      throttledUntil: undefined,
      users: [],
      listedUsers: undefined,
      triggered: false,
      log: failure === undefined ? [] : [failedEntry(failure)],
      ...change,
    },
    printOf,
  );
}

function failedEntry({
  action,
  error,
}: {
  readonly action: 'verify' | 'list';
  readonly error: RemoteError;
}): AccountLogEntry {
  const credentials = { userSecret: VALUES.userSecret, organizationSecret: VALUES.organizationSecret };
  const verify = {
    type: 'verify',
    credentials,
    credential: CREDENTIAL,
    secretVersion: OPEN.secretVersion,
  } as const;
  return { action: action === 'list' ? { type: 'list' } : verify, outcome: { kind: 'failed', error } };
}
