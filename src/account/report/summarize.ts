import { type AccountStatus, accountStatusSchema, type OpenConnectorsAccount } from '../../api/account.ts';
import { requestOf } from '../../api/annotations.ts';
import { boundedStatus } from '../../reconciler/bounded-status.ts';
import {
  type ConditionDraft,
  mergeConditions,
  notTrue,
  severityOf,
  timestamp,
} from '../../reconciler/conditions.ts';
import { failuresAfter } from '../../reconciler/failure-count.ts';
import { withoutUndefined } from '../../runtime/without-undefined.ts';
import type { AccountResult } from '../action.ts';
import type { AccountInput } from '../input.ts';
import { pauseEndOf } from '../pause-end.ts';

/** A result that status shows. */
export type AccountStatusUpdate = Extract<AccountResult, { kind: 'ready' | 'blocked' }>;

/** Writes the status where it differs, and the events that follow from the difference. */
export type AccountReport = (account: OpenConnectorsAccount, after: AccountStatus) => Promise<void>;

/** The whole status of an account after a reconcile. Pure; `fraction` (in [0, 1)) spreads the retries. */
export function summarizeAccount(
  input: AccountInput,
  result: AccountStatusUpdate,
  instances: AccountStatus['instances'],
  fraction: number,
): AccountStatus {
  const { account, session, now } = input;
  const before: AccountStatus = account.status ?? {};
  const { generation } = account.metadata;
  const pauseEnd = pauseEndOf(input);
  const status = {
    ...before,
    observedGeneration: generation,
    conditions: mergeConditions(before.conditions ?? [], conditionsOf(result), generation, now),
    organization:
      session.state === 'open'
        ? { id: session.organization.id, name: session.organization.name }
        : before.organization,
    instances,
    throttledUntil: pauseEnd === undefined ? undefined : timestamp(pauseEnd),
    failures: failuresAfter(before.failures, result, now, fraction),
    lastHandledReconcileAt:
      requestOf(account, 'reconcileAt', before.lastHandledReconcileAt) ?? before.lastHandledReconcileAt,
  };
  return boundedStatus(accountStatusSchema, withoutUndefined(status));
}

function conditionsOf(result: AccountStatusUpdate): ConditionDraft[] {
  if (result.kind === 'ready') {
    return [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Succeeded',
        message: 'Open Connectors accepted the credentials.',
      },
    ];
  }
  return [notTrue('Ready', result.reason, result.message), ...severityOf(result.reason, result.message)];
}
