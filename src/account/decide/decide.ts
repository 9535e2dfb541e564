import { apiBaseUrlOf, inventoryIntervalMsOf } from '../../api/defaults.ts';
import { allowedHost } from '../../api/validation/allowlist.ts';
import { retryWaitsUntil } from '../../reconciler/failure-count.ts';
import { jitterOffsetOf } from '../../reconciler/jitter-offset.ts';
import type { AccountAction } from '../action.ts';
import type { AccountInput } from '../input.ts';
import { pauseEndOf } from '../pause-end.ts';
import { accountInWords, blocked, finish, ON_CHANGE } from './blocked.ts';
import { credentialsWork } from './credentials.ts';
import { afterFailure } from './remote-failure.ts';

type Rule = (input: AccountInput) => AccountAction | undefined;

const RULES: readonly Rule[] = [
  release,
  specIsValid,
  hostIsAllowed,
  afterFailure,
  retryIsDue,
  credentialsWork,
  inventoryIsFresh,
  inUse,
];

/** The next action for an account. Pure, like `decide` for a connector. */
export function decideAccount(input: AccountInput): AccountAction {
  for (const rule of RULES) {
    const action = rule(input);
    if (action !== undefined) {
      return action;
    }
  }
  const listDue = (listedAt(input) ?? input.now) + intervalOf(input);
  return finish({ kind: 'ready', again: Math.min(listDue, pauseEndOf(input) ?? listDue) });
}

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

/** The last rule: a deleted account has to work until its users are deleted, because their deletion needs it. */
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
    ON_CHANGE,
  );
}

function specIsValid(input: AccountInput): AccountAction | undefined {
  const [violation] = input.violations;
  return violation && blocked(input, 'InvalidSpec', `${violation.path} ${violation.message}.`, ON_CHANGE);
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
    ON_CHANGE,
  );
}

/** A failure in status delays the next attempt, unless a change triggered the reconcile. */
function retryIsDue(input: AccountInput): AccountAction | undefined {
  const time = retryWaitsUntil(input.account.status?.failures, input.now);
  const untouched = input.account.status?.observedGeneration === input.account.metadata.generation;
  return untouched && !input.triggered && time !== undefined ? finish({ kind: 'not-due', time }) : undefined;
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
