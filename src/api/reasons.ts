import type { ConditionStatus, ConditionType } from './condition.ts';
import { ACCOUNT_REASONS } from './reasons/account.ts';
import { AUTHORIZATION_REASONS } from './reasons/authorization.ts';
import { GENERAL_REASONS } from './reasons/general.ts';
import type { ReasonInfo } from './reasons/info.ts';
import { LIFECYCLE_REASONS } from './reasons/lifecycle.ts';
import { SECRET_REASONS } from './reasons/secrets.ts';
import { SYNC_REASONS } from './reasons/sync.ts';

export type { ReasonInfo, Severity } from './reasons/info.ts';

/** Every reason of a condition or an event of the operator. */
export const REASONS = {
  ...GENERAL_REASONS,
  ...SECRET_REASONS,
  ...ACCOUNT_REASONS,
  ...AUTHORIZATION_REASONS,
  ...SYNC_REASONS,
  ...LIFECYCLE_REASONS,
} as const;

export type Reason = keyof typeof REASONS;

/** All reasons, in the order of the table. */
export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[];

/** The table entry of `name`. */
export function reason(name: Reason): ReasonInfo {
  return REASONS[name];
}

/** Whether `text`, such as a reason of status, is a reason of the operator. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}

/** Whether the reason `text` asks for an OAuth consent or withholds it; `undefined` for all other reasons. */
export function consentOf(text: string): ReasonInfo['consent'] {
  return isReason(text) ? reason(text).consent : undefined;
}

/** Whether the condition `type` may have `status` with the reason `name`. */
export function mayAppear(name: Reason, type: ConditionType, status: ConditionStatus): boolean {
  return reason(name).conditions[type]?.includes(status) ?? false;
}
