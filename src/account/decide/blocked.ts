import type { Reason } from '../../api/reasons.ts';
import { DEFAULT_ACCOUNT_UID } from '../../ownership/account-key.ts';
import type { Retry } from '../../reconciler/retry.ts';
import type { AccountAction } from '../action.ts';
import type { AccountInput } from '../input.ts';

/** How often an account waits before it lists the connectors of other operators again. */
const FOREIGN_USERS_INTERVAL_MS = 30_000;

/** Ends the reconcile. */
export function finish(result: Extract<AccountAction, { type: 'finish' }>['result']): AccountAction {
  return { type: 'finish', result };
}

/** Ends the reconcile with Ready False. */
export function blocked(input: AccountInput, reason: Reason, message: string, retry: Retry): AccountAction {
  const { session } = input;
  const usable =
    session.state === 'open'
      ? !session.invalidated && session.listedAt !== undefined
      : session.state === 'refused' && session.keepsOlder;
  return finish({ kind: 'blocked', reason, message, retry: withForeignUsers(input, retry), usable });
}

/** No watch of this operator shows that the connector of another one is deleted: the list is read again. */
function withForeignUsers({ listedUsers = [], now }: AccountInput, retry: Retry): Retry {
  const time = now + FOREIGN_USERS_INTERVAL_MS;
  if (listedUsers.length === 0 || retry.kind === 'backoff') {
    return retry;
  }
  return { kind: 'at', time: retry.kind === 'at' ? Math.min(retry.time, time) : time };
}

/** Only a change brings the next reconcile. */
export const ON_CHANGE: Retry = { kind: 'on-change' };

/** The message for refused credentials. */
export function unauthorized(input: AccountInput): string {
  return `${accountInWords(input)} rejected the credentials (401). Update ${secretInWords(input)}.`;
}

/** The account, for the start of a sentence: connectors show some of these messages too. */
export function accountInWords({ account: { metadata } }: AccountInput): string {
  return metadata.uid === DEFAULT_ACCOUNT_UID ? 'The default account' : `Account "${metadata.name}"`;
}

/** The Secret with the credentials; those of the default account are mounted files. */
export function secretInWords({ account: { metadata, spec } }: AccountInput): string {
  return metadata.uid === DEFAULT_ACCOUNT_UID
    ? 'the mounted Secret of the default account'
    : `Secret "${spec.credentialsSecretRef.name}"`;
}
