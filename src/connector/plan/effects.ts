import type { Act } from '../action.ts';

/**
 * What an action does: `read` changes nothing, `bookkeeping` changes the resource itself or a Secret of a consent, and
 * `change` is what a plan lists.
 */
export const EFFECTS = {
  'read-secret': 'read',
  search: 'read',
  'read-instance': 'read',
  ping: 'read',
  'ping-peer': 'read',
  'read-element': 'read',
  'verify-account': 'read',
  'open-fallback-credentials': 'bookkeeping',
  'write-record': 'bookkeeping',
  'add-finalizer': 'bookkeeping',
  'write-one-time-code': 'bookkeeping',
  'remove-secret': 'bookkeeping',
  'record-disabling': 'bookkeeping',
  'record-instance': 'bookkeeping',
  'record-removal': 'bookkeeping',
  'record-switch': 'bookkeeping',
  'write-tombstone': 'bookkeeping',
  create: 'change',
  reauthorize: 'change',
  patch: 'change',
  enable: 'change',
  'release-tags': 'change',
  'delete-instance': 'change',
  'write-connection-secret': 'change',
  'release-connection-secret': 'change',
  'delete-connection-secret': 'change',
} as const satisfies Readonly<Record<Act['type'], 'read' | 'bookkeeping' | 'change'>>;

type TypesOf<Effect> = {
  [Type in keyof typeof EFFECTS]: (typeof EFFECTS)[Type] extends Effect ? Type : never;
}[keyof typeof EFFECTS];

/** An action that changes nothing. */
export type ReadAction = Extract<Act, { type: TypesOf<'read'> }>;

/** An action that a plan lists. */
export type ChangeAction = Extract<Act, { type: TypesOf<'change'> }>;

/** Whether an action changes nothing. */
export function isReadAction(action: Act): action is ReadAction {
  return EFFECTS[action.type] === 'read';
}

/** Whether a plan lists the action. */
export function isChangeAction(action: Act): action is ChangeAction {
  return EFFECTS[action.type] === 'change';
}
