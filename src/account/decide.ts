import {
  apiBaseUrlOf,
  inventoryIntervalMsOf,
  organizationSecretKeyOf,
  userSecretKeyOf,
} from '../api/defaults.ts';
import type { Reason } from '../api/reasons.ts';
import { allowedHost } from '../api/validation/allowlist.ts';
import { validateAccount } from '../api/validation/validate.ts';
import { DEFAULT_ACCOUNT_UID } from '../ownership/account-key.ts';
import { PROBE_INTERVAL_MS } from '../reconciler/backoff.ts';
import { retryWaitsUntil } from '../reconciler/failure-count.ts';
import { jitterOffsetOf } from '../reconciler/jitter-offset.ts';
import { quote } from '../reconciler/quote.ts';
import type { Retry } from '../reconciler/retry.ts';
import { decodeText } from '../secrets/decode.ts';
import type { AccountAction, AccountInput } from './input.ts';

/** How often an account waits before it lists the connectors of other operators again. */
const FOREIGN_USERS_INTERVAL_MS = 30_000;

/** The cause of a failed connection comes after the name of the proxy. */
const LONGEST_CAUSE = 138;

type Rule = (input: AccountInput) => AccountAction | undefined;

const RULES: readonly Rule[] = [
  release,
  specIsValid,
  hostIsAllowed,
  afterFailure,
  retryIsDue,
  secretIsThere,
  credentialsWork,
  inventoryIsFresh,
  inUse,
];

/** The next step for an account. Pure, like `decide` for a connector. */
export function decideAccount(input: AccountInput): AccountAction {
  for (const rule of RULES) {
    const action = rule(input);
    if (action !== undefined) {
      return action;
    }
  }
  const listDue = (listedAt(input) ?? input.now) + intervalOf(input);
  return finish({ kind: 'ready', again: Math.min(listDue, input.throttledUntil ?? listDue) });
}

function finish(result: Extract<AccountAction, { type: 'finish' }>['result']): AccountAction {
  return { type: 'finish', result };
}

function blocked(input: AccountInput, reason: Reason, message: string, retry: Retry): AccountAction {
  const { session } = input;
  const usable =
    session.state === 'open'
      ? !session.invalidated && session.listedAt !== undefined
      : session.state === 'refused' && session.keepsOlder;
  return finish({ kind: 'blocked', reason, message, retry: withForeignUsers(input, retry), usable });
}

/** No watch of this operator tells when the connector of another one is deleted: its list is asked for again. */
function withForeignUsers({ listedUsers = [], now }: AccountInput, retry: Retry): Retry {
  const time = now + FOREIGN_USERS_INTERVAL_MS;
  if (listedUsers.length === 0 || retry.kind === 'backoff') {
    return retry;
  }
  return { kind: 'at', time: retry.kind === 'at' ? Math.min(retry.time, time) : time };
}

const onChange: Retry = { kind: 'on-change' };

/** The cache may be behind, and holds only what the label selector selects: the API server has the last word. */
function release({ account, users, listedUsers }: AccountInput): AccountAction | undefined {
  if (account.metadata.deletionTimestamp === undefined || users.length > 0) {
    return undefined;
  }
  if (listedUsers === undefined) {
    return { type: 'list-users' };
  }
  return listedUsers.length === 0 ? finish({ kind: 'released' }) : undefined;
}

/** Looked at last: until its users are gone a deleted account has to work, or they could not go. */
function inUse(input: AccountInput): AccountAction | undefined {
  if (input.account.metadata.deletionTimestamp === undefined) {
    return undefined;
  }
  const users = input.users.length > 0 ? input.users : (input.listedUsers ?? []);
  const shown = [...users]
    .sort()
    .slice(0, 5)
    .map((user) => `"${user}"`);
  return blocked(
    input,
    'InUse',
    `${accountInWords(input)} is still in use by InfusionsoftConnectors ${shown.join(', ')}${users.length > 5 ? ' and others' : ''}. Delete them, or set another spec.accountRef.`,
    onChange,
  );
}

function specIsValid(input: AccountInput): AccountAction | undefined {
  const [violation] = validateAccount(input.account);
  return violation && blocked(input, 'InvalidSpec', `${violation.path} ${violation.message}.`, onChange);
}

function hostIsAllowed(input: AccountInput): AccountAction | undefined {
  const baseUrl = apiBaseUrlOf(input.account.spec);
  if (allowedHost(baseUrl, input.allowedHosts) !== undefined) {
    return undefined;
  }
  return blocked(
    input,
    'HostNotAllowed',
    `${accountInWords(input)} has a host in spec.baseUrl that is not in ALLOWED_HOSTS of the operator: "${new URL(baseUrl).host}". Correct it, or add it to that setting.`,
    onChange,
  );
}

function afterFailure(input: AccountInput): AccountAction | undefined {
  const { failure } = input.done;
  if (failure === undefined) {
    return undefined;
  }
  const { error } = failure;
  const backoff: Retry = { kind: 'backoff', retryAfterMs: error.retryAfterMs };
  switch (error.class) {
    case 'unauthorized':
      return blocked(input, 'AccountUnauthorized', unauthorized(input), {
        kind: 'at',
        time: input.now + PROBE_INTERVAL_MS,
      });
    case 'forbidden':
      return blocked(
        input,
        'AccountForbidden',
        `The user in ${secretInWords(input)} has no permission to ${failure.action === 'list' ? 'list instances' : 'read the organization'} (403). Grant it the admin role in Open Connectors.`,
        { kind: 'at', time: input.now + PROBE_INTERVAL_MS },
      );
    case 'throttled':
      return blocked(
        input,
        'Throttled',
        'Open Connectors throttles the account (429). Wait for the next attempt.',
        backoff,
      );
    case 'unexpected':
    case 'not-found':
    case 'invalid':
      return blocked(
        input,
        'UnexpectedAnswer',
        `Unexpected response from spec.baseUrl: ${quote(error.message)}. Check the URL.`,
        backoff,
      );
    case 'unavailable':
    case 'ambiguous':
      return blocked(
        input,
        'AccountUnreachable',
        `${quote(error.message, LONGEST_CAUSE)}. Check spec.baseUrl, DNS and proxy.`,
        backoff,
      );
  }
}

function unauthorized(input: AccountInput): string {
  return `${accountInWords(input)} rejected the credentials (401). Update ${secretInWords(input)}.`;
}

/** The account, for the start of a sentence: connectors show some of these messages too. */
function accountInWords({ account: { metadata } }: AccountInput): string {
  return metadata.uid === DEFAULT_ACCOUNT_UID ? 'The default account' : `Account "${metadata.name}"`;
}

/** The Secret with the credentials; those of the default account are mounted files. */
function secretInWords({ account: { metadata, spec } }: AccountInput): string {
  return metadata.uid === DEFAULT_ACCOUNT_UID
    ? 'the mounted Secret of the default account'
    : `Secret "${spec.credentialsSecretRef.name}"`;
}

/** A failure that is remembered in status holds the account back, unless somebody changed something since. */
function retryIsDue(input: AccountInput): AccountAction | undefined {
  const time = retryWaitsUntil(input.account.status?.failures, input.now);
  const untouched = input.account.status?.observedGeneration === input.account.metadata.generation;
  return untouched && !input.triggered && time !== undefined ? finish({ kind: 'not-due', time }) : undefined;
}

function secretIsThere(input: AccountInput): AccountAction | undefined {
  const { name } = input.account.spec.credentialsSecretRef;
  const { secret, session } = input;
  if (secret.state === 'absent') {
    return blocked(
      input,
      'SecretNotFound',
      `Secret "${name}" (spec.credentialsSecretRef) not found. Create it with keys "${userSecretKeyOf(input.account.spec)}" and "${organizationSecretKeyOf(input.account.spec)}".`,
      onChange,
    );
  }
  const verified =
    session.state === 'open' && !session.invalidated && session.secretVersion === secret.resourceVersion;
  return secret.state === 'unread' && !verified ? { type: 'read-secret', name } : undefined;
}

function credentialsWork(input: AccountInput): AccountAction | undefined {
  const { secret, session, account } = input;
  if (secret.state !== 'read') {
    return undefined;
  }
  const user = readKey(input, userSecretKeyOf(account.spec), 'the user secret');
  const organization = readKey(input, organizationSecretKeyOf(account.spec), 'the organization secret');
  if ('type' in user) {
    return user;
  }
  if ('type' in organization) {
    return organization;
  }
  const credentials = { userSecret: user.text, organizationSecret: organization.text };
  const credential = input.fingerprint(JSON.stringify(credentials));
  if (session.state === 'open' && session.credential === credential && !session.invalidated) {
    return undefined;
  }
  if (session.state === 'refused' && session.credential === credential && !input.triggered) {
    const probeAt = session.at + PROBE_INTERVAL_MS;
    if (session.at <= input.now && input.now < probeAt) {
      return blocked(input, 'AccountUnauthorized', unauthorized(input), { kind: 'at', time: probeAt });
    }
  }
  return { type: 'verify', credentials, credential, secretVersion: secret.resourceVersion };
}

function readKey(input: AccountInput, key: string, what: string): { readonly text: string } | AccountAction {
  const name = input.account.spec.credentialsSecretRef.name;
  const encoded = input.secret.state === 'read' ? input.secret.data[key] : undefined;
  if (encoded === undefined) {
    return blocked(
      input,
      'SecretKeyMissing',
      `Secret "${name}" has no key "${key}" (spec.credentialsSecretRef). Add it.`,
      onChange,
    );
  }
  const decoded = decodeText(encoded);
  return 'text' in decoded
    ? decoded
    : blocked(
        input,
        'SecretInvalid',
        `Key "${key}" of Secret "${name}" (spec.credentialsSecretRef) ${decoded.why}. Store ${what} there as one line.`,
        onChange,
      );
}

function listedAt(input: AccountInput): number | undefined {
  return input.session.state === 'open' ? input.session.listedAt : undefined;
}

function inventoryIsFresh(input: AccountInput): AccountAction | undefined {
  const at = listedAt(input);
  // A list in the future is from before the clock was set back.
  const isFresh = at !== undefined && at <= input.now && input.now < at + intervalOf(input);
  return isFresh ? undefined : { type: 'list' };
}

/** Ten per cent around the setting, by the account: accounts that began together do not stay together. */
function intervalOf({ account, inventoryIntervalMs }: AccountInput): number {
  return (
    (inventoryIntervalMsOf(account.spec) ?? inventoryIntervalMs) *
    (0.9 + 0.2 * jitterOffsetOf(account.metadata.uid))
  );
}
