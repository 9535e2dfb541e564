import {
  apiBaseUrlOf,
  inventoryIntervalMsOf,
  organizationSecretKeyOf,
  userSecretKeyOf,
} from '../api/defaults.ts';
import type { Reason } from '../api/reasons.ts';
import { allowedHost } from '../api/validation/allowlist.ts';
import { validateAccount } from '../api/validation/validate.ts';
import { PROBE_INTERVAL_MS } from '../reconciler/backoff.ts';
import { retryWaitsUntil } from '../reconciler/failure-count.ts';
import { jitterOffsetOf } from '../reconciler/jitter-offset.ts';
import type { Retry } from '../reconciler/retry.ts';
import { decodeText } from '../secrets/decode.ts';
import type { AccountAction, AccountInput } from './input.ts';

/** How often an account waits before it lists the connectors of other operators again. */
const FOREIGN_USERS_INTERVAL_MS = 30_000;

type Rule = (world: AccountInput) => AccountAction | undefined;

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
export function decideAccount(world: AccountInput): AccountAction {
  for (const rule of RULES) {
    const step = rule(world);
    if (step !== undefined) {
      return step;
    }
  }
  const listDue = (listedAt(world) ?? world.now) + intervalOf(world);
  return finish({ kind: 'ready', again: Math.min(listDue, world.throttledUntil ?? listDue) });
}

function finish(verdict: Extract<AccountAction, { type: 'finish' }>['verdict']): AccountAction {
  return { type: 'finish', verdict };
}

function blocked(world: AccountInput, reason: Reason, message: string, retry: Retry): AccountAction {
  const { session } = world;
  const usable =
    session.state === 'open'
      ? !session.suspected && session.listedAt !== undefined
      : session.state === 'refused' && session.keepsOlder;
  return finish({ kind: 'blocked', reason, message, retry: withForeignUsers(world, retry), usable });
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
function inUse(world: AccountInput): AccountAction | undefined {
  if (world.account.metadata.deletionTimestamp === undefined) {
    return undefined;
  }
  const users = world.users.length > 0 ? world.users : (world.listedUsers ?? []);
  const shown = [...users].sort().slice(0, 5).join(', ');
  return blocked(
    world,
    'InUse',
    `The account is being deleted, but ${users.length} InfusionsoftConnector(s) of this namespace still use it: ${shown}${users.length > 5 ? ', ...' : ''}. Delete them first, or let them use another account.`,
    onChange,
  );
}

function specIsValid(world: AccountInput): AccountAction | undefined {
  const [violation] = validateAccount(world.account);
  return violation && blocked(world, 'InvalidSpec', `${violation.path} ${violation.message}.`, onChange);
}

function hostIsAllowed(world: AccountInput): AccountAction | undefined {
  const baseUrl = apiBaseUrlOf(world.account.spec);
  if (allowedHost(baseUrl, world.allowedHosts) !== undefined) {
    return undefined;
  }
  const allowed = world.allowedHosts
    .map(({ host, port }) => (port === undefined ? host : `${host}:${port}`))
    .join(', ');
  return blocked(
    world,
    'HostNotAllowed',
    `spec.baseUrl names host "${new URL(baseUrl).host}", which is not among those that this operator may call (${allowed}). Correct it, or have the operator's ALLOWED_HOSTS extended.`,
    onChange,
  );
}

function afterFailure(world: AccountInput): AccountAction | undefined {
  const { failure } = world.done;
  if (failure === undefined) {
    return undefined;
  }
  const { error } = failure;
  const backoff: Retry = { kind: 'backoff', retryAfterMs: error.retryAfterMs };
  switch (error.class) {
    case 'unauthorized':
      return blocked(world, 'AccountUnauthorized', unauthorized(world), {
        kind: 'at',
        time: world.now + PROBE_INTERVAL_MS,
      });
    case 'forbidden':
      return blocked(
        world,
        'AccountForbidden',
        `The user of Secret "${world.account.spec.credentialsSecretRef.name}" may not ${failure.step === 'list' ? 'list instances' : 'read its organization'} (403). Give it the admin role in Open Connectors, or use the secrets of a user who has it.`,
        { kind: 'at', time: world.now + PROBE_INTERVAL_MS },
      );
    case 'throttled':
      return blocked(
        world,
        'Throttled',
        'Open Connectors asks for fewer requests; the operator tries again later.',
        backoff,
      );
    case 'unexpected':
    case 'not-found':
    case 'invalid':
      return blocked(
        world,
        'UnexpectedAnswer',
        `What answers at spec.baseUrl does not behave like the Open Connectors API: ${error.message}. Check the address.`,
        backoff,
      );
    case 'unavailable':
    case 'ambiguous':
      return blocked(
        world,
        'AccountUnreachable',
        `Open Connectors could not be reached at spec.baseUrl: ${error.message}. The operator tries again.`,
        backoff,
      );
  }
}

function unauthorized(world: AccountInput): string {
  const ref = world.account.spec.credentialsSecretRef;
  return `Open Connectors refuses the credentials in Secret "${ref.name}" (keys "${userSecretKeyOf(world.account.spec)}" and "${organizationSecretKeyOf(world.account.spec)}"). Store the current user and organization secret there; resetting a secret in Open Connectors ends the old one at once.`;
}

/** A failure that is remembered in status holds the account back, unless somebody changed something since. */
function retryIsDue(world: AccountInput): AccountAction | undefined {
  const time = retryWaitsUntil(world.account.status?.failures, world.now);
  const untouched = world.account.status?.observedGeneration === world.account.metadata.generation;
  return untouched && !world.triggered && time !== undefined ? finish({ kind: 'not-due', time }) : undefined;
}

function secretIsThere(world: AccountInput): AccountAction | undefined {
  const { name } = world.account.spec.credentialsSecretRef;
  const { secret, session } = world;
  if (secret.state === 'absent') {
    return blocked(
      world,
      'SecretNotFound',
      `Secret "${name}", named by spec.credentialsSecretRef, does not exist in this namespace. Create it with the keys "${userSecretKeyOf(world.account.spec)}" and "${organizationSecretKeyOf(world.account.spec)}".`,
      onChange,
    );
  }
  const verified =
    session.state === 'open' && !session.suspected && session.secretVersion === secret.resourceVersion;
  return secret.state === 'unread' && !verified ? { type: 'read-secret', name } : undefined;
}

function credentialsWork(world: AccountInput): AccountAction | undefined {
  const { secret, session, account } = world;
  if (secret.state !== 'read') {
    return undefined;
  }
  const user = readKey(world, userSecretKeyOf(account.spec), 'the user secret');
  const organization = readKey(world, organizationSecretKeyOf(account.spec), 'the organization secret');
  if ('type' in user) {
    return user;
  }
  if ('type' in organization) {
    return organization;
  }
  const credentials = { userSecret: user.text, organizationSecret: organization.text };
  const credential = world.fingerprint(JSON.stringify(credentials));
  if (session.state === 'open' && session.credential === credential && !session.suspected) {
    return undefined;
  }
  if (session.state === 'refused' && session.credential === credential && !world.triggered) {
    const probeAt = session.at + PROBE_INTERVAL_MS;
    if (session.at <= world.now && world.now < probeAt) {
      return blocked(world, 'AccountUnauthorized', unauthorized(world), { kind: 'at', time: probeAt });
    }
  }
  return { type: 'verify', credentials, credential, secretVersion: secret.resourceVersion };
}

function readKey(world: AccountInput, key: string, what: string): { readonly text: string } | AccountAction {
  const name = world.account.spec.credentialsSecretRef.name;
  const encoded = world.secret.state === 'read' ? world.secret.data[key] : undefined;
  if (encoded === undefined) {
    return blocked(
      world,
      'SecretKeyMissing',
      `Secret "${name}", named by spec.credentialsSecretRef, has no key "${key}". Store ${what} under that key, or name the right key in the resource.`,
      onChange,
    );
  }
  const decoded = decodeText(encoded);
  return 'text' in decoded
    ? decoded
    : blocked(
        world,
        'SecretInvalid',
        `Key "${key}" of Secret "${name}", named by spec.credentialsSecretRef, ${decoded.why}. Store ${what} there, as one line of text.`,
        onChange,
      );
}

function listedAt(world: AccountInput): number | undefined {
  return world.session.state === 'open' ? world.session.listedAt : undefined;
}

function inventoryIsFresh(world: AccountInput): AccountAction | undefined {
  const at = listedAt(world);
  // A list in the future is from before the clock was set back.
  const isFresh = at !== undefined && at <= world.now && world.now < at + intervalOf(world);
  return isFresh ? undefined : { type: 'list' };
}

/** Ten per cent around the setting, by the account: accounts that began together do not stay together. */
function intervalOf({ account, inventoryIntervalMs }: AccountInput): number {
  return (
    (inventoryIntervalMsOf(account.spec) ?? inventoryIntervalMs) * (0.9 + 0.2 * jitterOffsetOf(account.metadata.uid))
  );
}
