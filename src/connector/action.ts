import type { ConditionType } from '../api/condition.ts';
import type { PlannedChange } from '../api/connector.ts';
import type { Reason } from '../api/reasons.ts';
import type { Instance, InstanceBody, InstancePatch } from '../openconnectors/port.ts';
import type { RecordedAccount } from '../ownership/recorded-account.ts';
import type { Tombstone } from '../ownership/tombstone.ts';
import type { Credential, RecordDraft, WriteAheadRecord } from '../ownership/write-ahead-record.ts';
import type { ElementKey } from '../provider/elements.ts';
import type { Retry } from '../reconciler/retry.ts';

/** A new authorization that is requested while the current one works. */
export interface PendingAuthorization {
  readonly reason: Reason;
  readonly message: string;
  /** When to look again (wall clock); `Infinity`: after a change. */
  readonly again: number;
}

/** A condition that is False where a reconcile is blocked. */
type BlockingCondition = Exclude<ConditionType, 'AuthorizationPending' | 'Reconciling' | 'Stalled'>;

/** How a reconcile ends. */
export type Result =
  /** The instance exists and equals the resource. */
  | {
      readonly kind: 'ready';
      readonly reason: Reason;
      readonly message: string;
      /** When to look again although nothing changed (wall clock). */
      readonly again: number;
      readonly pending?: PendingAuthorization | undefined;
    }
  /** `condition` is False for `reason`; everything before it in the order of the conditions holds. */
  | {
      readonly kind: 'blocked';
      readonly condition: BlockingCondition;
      readonly reason: Reason;
      readonly message: string;
      readonly retry: Retry;
    }
  /** The resource is only observed: status shows what the operator would change. */
  | {
      readonly kind: 'observed';
      readonly reason: Reason;
      readonly message: string;
      readonly plan: readonly PlannedChange[];
      /** The existing instance is authorized and answers calls. */
      readonly works: boolean;
      /** The conditions that do not hold for the instance and its Secrets as they are now. */
      readonly unmet: readonly {
        readonly condition: ConditionType;
        readonly reason: Reason;
        readonly message: string;
      }[];
      /** When to look again although nothing changed (wall clock). */
      readonly again: number;
    }
  /** The resource is suspended. */
  | { readonly kind: 'suspended' }
  /** A retry is not due yet: nothing is written. */
  | { readonly kind: 'not-due'; readonly time: number }
  /** The caches are not synced yet: status stays as it is. A change of the account triggers the next reconcile. */
  | { readonly kind: 'cache-not-synced' }
  /** Deletion may go on: the finalizer can be removed. */
  | {
      readonly kind: 'released';
      /** Why Open Connectors was not called: the value of the annotation. */
      readonly abandoned?: string | undefined;
      /** The instance that stays, because the resource only observed it. */
      readonly left?: number | undefined;
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

/** The instance that was in use before a switch, and what becomes of it. */
export interface SwitchedFrom {
  readonly id: number;
  readonly connector: string;
  /** `retained`: it is released at `until` (wall clock). `next`: it was switched back from, and may be used again. */
  readonly as: { readonly kind: 'retained'; readonly until: number } | { readonly kind: 'next' };
}

/** The next action. `decide` returns it and `act` carries it out; only `finish` ends the reconcile. */
export type Action =
  /** `also`: Secrets that are needed besides it. */
  | { readonly type: 'read-secret'; readonly name: string; readonly also?: readonly string[] }
  | { readonly type: 'search' }
  /** Reads the defaults of the element, which the poller of events is configured from. */
  | { readonly type: 'read-element'; readonly element: ElementKey }
  | { readonly type: 'read-instance'; readonly id: number }
  /** Replaces the write-ahead record without sending anything. */
  | { readonly type: 'write-record'; readonly record: RecordChange }
  /** Writes the finalizer alone, before an existing instance is taken over. */
  | { readonly type: 'add-finalizer' }
  /** Makes the Secret with the one-time code that the start page of the consent asks for. */
  | { readonly type: 'write-one-time-code'; readonly name: string }
  /** Deletes a Secret of a consent that is over. */
  | { readonly type: 'remove-secret'; readonly name: string }
  /** Takes a turn in the account's budget, writes the finalizer and the record of the credential, and sends it. */
  | { readonly type: 'create'; readonly body: InstanceBody; readonly draft: RecordDraft }
  | {
      readonly type: 'reauthorize';
      readonly id: number;
      readonly body: InstanceBody;
      readonly draft: RecordDraft;
    }
  | { readonly type: 'patch'; readonly id: number; readonly patch: InstancePatch; readonly reason: Reason }
  /** Writes to status that the operator disables the instance, before the call that does so. */
  | { readonly type: 'record-disabling' }
  | { readonly type: 'enable'; readonly id: number; readonly enabled: boolean }
  | { readonly type: 'ping'; readonly id: number; readonly token: string }
  /** A call through the instance of another connector, as evidence. Changes nothing. */
  | { readonly type: 'ping-peer'; readonly uid: string; readonly token: string }
  | { readonly type: 'verify-account'; readonly id: number }
  /** Works on with the credentials that worked last, where the account has none or wrong ones. */
  | { readonly type: 'open-fallback-credentials'; readonly account: RecordedAccount }
  | {
      readonly type: 'release-tags';
      readonly id: number;
      readonly tags: readonly string[];
      /** `retry`: the resource lives on, and would find the instance by its tags again. */
      readonly onFailure: 'ignore' | 'retry';
    }
  /** Writes to status the instance of a create whose own status write failed, where spec now asks for another element. */
  | { readonly type: 'record-instance'; readonly instance: Instance }
  /** Writes to status that another instance is in use from now on, before the connection Secret moves to it. */
  | { readonly type: 'record-switch'; readonly to: Instance; readonly from: SwitchedFrom }
  /** Writes the id of the instance that is to be deleted to status, before a deletion while the resource lives. */
  | { readonly type: 'record-removal'; readonly id: number }
  | { readonly type: 'delete-instance'; readonly id: number; readonly reason: Reason }
  /** Keeps watch for an instance that Open Connectors may still create for a deleted resource. */
  | { readonly type: 'write-tombstone'; readonly tombstone: Tombstone }
  | {
      readonly type: 'write-connection-secret';
      readonly name: string;
      readonly data: Readonly<Record<string, string>>;
      readonly exists: boolean;
    }
  | { readonly type: 'release-connection-secret'; readonly name: string }
  | { readonly type: 'delete-connection-secret'; readonly name: string }
  | { readonly type: 'finish'; readonly result: Result };

/** An action that does something: every one but `finish`. */
export type Act = Exclude<Action, { type: 'finish' }>;

/** Ends the reconcile. */
export function finish(result: Result): Action {
  return { type: 'finish', result };
}

/** Ends the reconcile with one condition False. */
export function blocked(
  condition: BlockingCondition,
  reason: Reason,
  message: string,
  retry: Retry = { kind: 'on-change' },
): Action {
  return finish({ kind: 'blocked', condition, reason, message, retry });
}
