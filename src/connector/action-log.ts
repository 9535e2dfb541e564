import type { Reason } from '../api/reasons.ts';
import type { RemoteError } from '../openconnectors/errors/remote-error.ts';
import type { InstancePatch } from '../openconnectors/port.ts';
import type { FallbackOutcome } from '../ownership/accounts.ts';
import type { Act } from './action.ts';

/** Something that happened and that users should find in the events. */
export interface DueEvent {
  readonly reason: Reason;
  readonly message: string;
}

/** The answer to a call through an instance. */
export type PingAnswer =
  | 'answered'
  | 'unsupported'
  /** The credentials of the instance are refused. */
  | 'refused'
  /** The OAuth app is refused. */
  | 'client-refused'
  /** Refused without a word about a credential. */
  | 'unexplained'
  /** The provider is unavailable, or does not have the API any more. */
  | 'outage'
  /** 403 of Open Connectors, which a disabled instance answers. */
  | 'forbidden';

/** How an action ended. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Nothing was written, because the object is not what the action was decided on. */
  | { readonly kind: 'stale' }
  /** The credential was sent, and whether it took effect is unknown. */
  | { readonly kind: 'ambiguous' }
  /** Open Connectors refused the credential. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'ping'; readonly answer: PingAnswer }
  /** A call through the instance of another connector; what came of it is remembered there. */
  | { readonly kind: 'peer' }
  | { readonly kind: 'fallback'; readonly fallback: FallbackOutcome }
  /** A call of Open Connectors failed. */
  | { readonly kind: 'failed'; readonly error: RemoteError };

/** One action of a reconcile and its outcome. */
export interface LogEntry {
  readonly action: Act;
  readonly outcome: Outcome;
  /** The instance that was read by id in the course of the action. */
  readonly read?: number | undefined;
  readonly events?: readonly DueEvent[] | undefined;
}

/** What a reconcile has done so far, oldest first. */
export type ActionLog = readonly LogEntry[];

function done<Type extends Act['type']>(log: ActionLog, type: Type): Extract<Act, { type: Type }>[] {
  return log.flatMap(({ action, outcome }) =>
    action.type === type && outcome.kind === 'done' ? [action as Extract<Act, { type: Type }>] : [],
  );
}

/** Whether a grant was accepted: everything that it carried is applied. */
export function isAuthorized(log: ActionLog): boolean {
  return done(log, 'create').length > 0 || done(log, 'reauthorize').length > 0;
}

/** Whether a new grant was sent and not accepted, so that the instance has to answer once more. */
export function isGrantDisputed(log: ActionLog): boolean {
  return log.some(({ action, outcome }) => action.type === 'reauthorize' && isDisputed(outcome));
}

function isDisputed({ kind }: Outcome): boolean {
  return kind === 'ambiguous' || kind === 'rejected';
}

/** What the instance was patched with: one that does not show the change is not patched again in this reconcile. */
export function latestPatch(log: ActionLog): InstancePatch | undefined {
  return done(log, 'patch').at(-1)?.patch;
}

/** Whether the instance was read by id since it was patched. */
export function isReadSincePatch(log: ActionLog, id: number): boolean {
  const patched = log.findLastIndex(
    ({ action, outcome }) => action.type === 'patch' && outcome.kind === 'done',
  );
  return isRead(log.slice(patched + 1), id);
}

/** Whether the configuration was patched, so that the instance has to answer once more. */
export function isReconfigured(log: ActionLog): boolean {
  return done(log, 'patch').some(({ patch }) => patch.configuration !== undefined);
}

/** Whether Open Connectors was searched by the owner tag. */
export function isSearched(log: ActionLog): boolean {
  return done(log, 'search').length > 0;
}

/** Whether the instance was read by id. */
export function isRead(log: ActionLog, id: number): boolean {
  return log.some(({ read }) => read === id);
}

/** The instance that the latest action read by id: a write to it needs no further read. */
export function justRead(log: ActionLog): number | undefined {
  return log.at(-1)?.read;
}

/** The latest answer to a ping; `undefined` where the instance has changed since. */
export function pingAnswer(log: ActionLog): PingAnswer | undefined {
  const latest = log.findLast((entry) => entry.outcome.kind === 'ping' || needsPing(entry));
  return latest?.outcome.kind === 'ping' ? latest.outcome.answer : undefined;
}

function needsPing({ action, outcome }: LogEntry): boolean {
  switch (action.type) {
    case 'create':
      return outcome.kind === 'done' || outcome.kind === 'ambiguous';
    case 'reauthorize':
      return outcome.kind === 'done' || isDisputed(outcome);
    case 'patch':
      return outcome.kind === 'done' && action.patch.configuration !== undefined;
    default:
      return false;
  }
}

/** Whether the account's credentials and a read by id worked since the latest grant was accepted. */
export function isAccountVerified(log: ActionLog): boolean {
  const granted = log.findLastIndex((entry) => isAuthorized([entry]));
  return done(log.slice(granted + 1), 'verify-account').length > 0;
}

/** Whether the call through the instance was made once more after the account was verified. */
export function isPingRepeated(log: ActionLog): boolean {
  const verified = log.findLastIndex((entry) => isAccountVerified([entry]));
  return verified >= 0 && log.slice(verified).some(({ outcome }) => outcome.kind === 'ping');
}

/** Whether the instance was read by id since the latest call through it. */
export function isReadSincePing(log: ActionLog, id: number): boolean {
  return isRead(log.slice(log.findLastIndex(({ outcome }) => outcome.kind === 'ping') + 1), id);
}

/** Whether a call was made through the instance. */
export function isInstancePinged(log: ActionLog, id: number): boolean {
  return log.some(({ action }) => action.type === 'ping' && action.id === id);
}

/** Whether the instance of another connector was called. */
export function isPeerPinged(log: ActionLog, uid: string): boolean {
  return log.some(({ action }) => action.type === 'ping-peer' && action.uid === uid);
}

/** What came of the fallback credentials; `undefined` where they were not tried. */
export function fallbackOutcome(log: ActionLog): FallbackOutcome | undefined {
  return log.flatMap(({ outcome }) => (outcome.kind === 'fallback' ? [outcome.fallback] : [])).at(-1);
}

/**
 * Whether the Secret of a connection was written since the latest switch: a change by another client is not corrected in
 * the same reconcile.
 */
export function isConnectionWritten(log: ActionLog, name: string): boolean {
  const switched = log.findLastIndex((entry) => isSwitched([entry]));
  return done(log.slice(switched + 1), 'write-connection-secret').some((action) => action.name === name);
}

/** Whether status records that the connection Secret moves to another instance. */
export function isSwitched(log: ActionLog): boolean {
  return done(log, 'record-switch').length > 0;
}

/** Whether the instance was enabled or disabled. */
export function isEnabledSet(log: ActionLog): boolean {
  return done(log, 'enable').length > 0;
}

/** Whether the owner tags were removed from the instance, or could not be. */
export function areTagsReleased(log: ActionLog, id: number): boolean {
  return done(log, 'release-tags').some((action) => action.id === id);
}

/** Whether status records the removal of the instance: only then it may be deleted while the resource lives. */
export function isRemovalRecorded(log: ActionLog, id: number): boolean {
  return done(log, 'record-removal').some((action) => action.id === id);
}

/** Whether a tombstone watches for an instance that Open Connectors may still create. */
export function isTombstoneWritten(log: ActionLog): boolean {
  return done(log, 'write-tombstone').length > 0;
}

/** The instances whose deletion was confirmed; their absence is not proven yet. */
export function deletedInstances(log: ActionLog): number[] {
  return done(log, 'delete-instance').map(({ id }) => id);
}

/** The call of Open Connectors that failed. */
export function failedCall(
  log: ActionLog,
): { readonly type: Act['type']; readonly error: RemoteError } | undefined {
  return log
    .flatMap(({ action, outcome }) =>
      outcome.kind === 'failed' ? [{ type: action.type, error: outcome.error }] : [],
    )
    .at(-1);
}

/** The events of all actions. */
export function loggedEvents(log: ActionLog): DueEvent[] {
  return log.flatMap(({ events = [] }) => events);
}
