import type { ConditionType } from '../api/condition.ts';
import type { Reason } from '../api/reasons.ts';
import type { InstanceBody, InstancePatch } from '../openconnectors/port.ts';
import type { RecordedAccount } from '../ownership/recorded-account.ts';
import type { Tombstone } from '../ownership/tombstone.ts';
import type { Credential, RecordDraft, WriteAheadRecord } from '../ownership/write-ahead-record.ts';
import type { Retry } from '../reconciler/retry.ts';

/** How a pass ends. */
export type Verdict =
  /** The instance exists and equals the resource. */
  | {
      readonly kind: 'ready';
      readonly reason: Reason;
      readonly message: string;
      /** When to look again although nothing changed (wall clock). */
      readonly again: number;
    }
  /** `condition` is False for `reason`; everything before it in the order of the conditions holds. */
  | {
      readonly kind: 'blocked';
      readonly condition: Exclude<ConditionType, 'Reconciling' | 'Stalled'>;
      readonly reason: Reason;
      readonly message: string;
      readonly retry: Retry;
    }
  /** The resource is suspended: conditions stay as they are. */
  | { readonly kind: 'suspended' }
  /** A retry is not due yet: nothing is written. */
  | { readonly kind: 'not-due'; readonly time: number }
  /** This process does not know its surroundings yet; what status says stands. News of the account bring the next pass. */
  | { readonly kind: 'uninformed' }
  /** Deletion may go on: the finalizer can be removed. */
  | {
      readonly kind: 'released';
      /** Why the remote side was not touched, in the words of whoever wanted it so. */
      readonly abandoned?: string | undefined;
    };

/** A change of the write-ahead record that sends nothing. */
export type RecordChange =
  /** A search found no instance of the credential. */
  | { readonly kind: 'absent'; readonly record: WriteAheadRecord; readonly at: number }
  /** The hash of the credential that was sent cannot be compared any more: this one counts as sent. */
  | {
      readonly kind: 'adopt';
      readonly record: WriteAheadRecord;
      readonly credential: Credential;
      readonly credentialKind: 'code' | 'refresh-token';
    };

/** The next thing to do. `decide` returns one; `act` carries it out; only `finish` ends a pass. */
export type Step =
  | { readonly do: 'read-secret'; readonly name: string }
  | { readonly do: 'search' }
  | { readonly do: 'read-instance'; readonly id: number }
  /** Replaces the write-ahead record without sending anything. */
  | { readonly do: 'write-record'; readonly record: RecordChange }
  /** Writes the finalizer alone, before an existing instance is taken over. */
  | { readonly do: 'hold' }
  /** Makes the Secret with the one-time code that the start page of the consent asks for. */
  | { readonly do: 'write-enrolment'; readonly name: string }
  /** Deletes a Secret of a consent that is over. */
  | { readonly do: 'remove-secret'; readonly name: string }
  /** Takes a turn in the account's budget, writes the finalizer and the record of the credential, and sends it. */
  | { readonly do: 'create'; readonly body: InstanceBody; readonly draft: RecordDraft }
  | {
      readonly do: 'reauthorize';
      readonly id: number;
      readonly body: InstanceBody;
      readonly draft: RecordDraft;
    }
  | { readonly do: 'patch'; readonly id: number; readonly patch: InstancePatch; readonly reason: Reason }
  /** Writes to status that the operator disables the instance, before the call that does so. */
  | { readonly do: 'record-disabling' }
  | { readonly do: 'enable'; readonly id: number; readonly enabled: boolean }
  | { readonly do: 'ping'; readonly id: number; readonly token: string }
  | { readonly do: 'prove-account'; readonly id: number }
  /** Works on with the credentials that worked last, where the account has none or wrong ones. */
  | { readonly do: 'open-kept-account'; readonly account: RecordedAccount }
  | { readonly do: 'release-tags'; readonly id: number; readonly tags: readonly string[] }
  /** Writes the id of the instance that is to be deleted to status, before a deletion while the resource lives. */
  | { readonly do: 'record-removal'; readonly id: number }
  | { readonly do: 'delete-instance'; readonly id: number; readonly reason: Reason }
  /** Keeps watch for an instance that Open Connectors may still create for a deleted resource. */
  | { readonly do: 'write-tombstone'; readonly tombstone: Tombstone }
  | {
      readonly do: 'write-connection-secret';
      readonly name: string;
      readonly data: Readonly<Record<string, string>>;
      readonly exists: boolean;
    }
  | { readonly do: 'release-connection-secret'; readonly name: string }
  | { readonly do: 'delete-connection-secret'; readonly name: string }
  | { readonly do: 'finish'; readonly verdict: Verdict };

/** Ends the pass. */
export function finish(verdict: Verdict): Step {
  return { do: 'finish', verdict };
}

/** Ends the pass with one condition False. */
export function blocked(
  condition: Exclude<ConditionType, 'Reconciling' | 'Stalled'>,
  reason: Reason,
  message: string,
  retry: Retry = { kind: 'on-change' },
): Step {
  return finish({ kind: 'blocked', condition, reason, message, retry });
}
