import type { Act } from '../../../src/connector/action.ts';
import type { ActionLog, LogEntry, Outcome, PingAnswer } from '../../../src/connector/action-log.ts';
import type { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import type { FallbackOutcome } from '../../../src/ownership/accounts.ts';
import { ACCOUNT } from './connector.ts';
import { instance } from './instance.ts';
import { DRAFT } from './record-draft.ts';
import { NOW } from './time.ts';

/** What a reconcile has done before the input of a test, in short. */
export interface LogChange {
  readonly authorized?: boolean;
  readonly reauthorizationRejected?: boolean;
  readonly patched?: boolean;
  readonly reconfigured?: boolean;
  readonly searched?: boolean;
  readonly read?: readonly number[];
  readonly justRead?: number;
  readonly ping?: PingAnswer | undefined;
  readonly accountProven?: boolean;
  /** The answer to a call after the account was verified. */
  readonly repeatedPing?: PingAnswer | undefined;
  readonly fallback?: FallbackOutcome;
  readonly connectionWritten?: boolean;
  readonly enabledSet?: boolean;
  readonly tagsReleased?: readonly number[];
  readonly switched?: boolean;
  readonly removalsRecorded?: readonly number[];
  readonly tombstoneWritten?: boolean;
  readonly deleted?: readonly number[];
  readonly failure?: { readonly type: Act['type']; readonly error: RemoteError } | undefined;
}

const BODY = {
  element: 'infusionsoftcrm',
  name: 'team-a-crm',
  tags: [],
  configuration: {},
  grant: { kind: 'code', code: 'a code of the log' },
} as const;

/** An action of each type, without particulars. */
const SAMPLES: { readonly [Type in Act['type']]: Extract<Act, { type: Type }> } = {
  'read-secret': { type: 'read-secret', name: 'a' },
  search: { type: 'search' },
  'read-element': { type: 'read-element', element: 'infusionsoftrest' },
  'read-instance': { type: 'read-instance', id: 0 },
  'write-record': {
    type: 'write-record',
    record: {
      kind: 'absent',
      at: NOW,
      record: { salt: '', digest: 'a', at: '', kind: 'code', firstAt: '', sends: 1, spent: [] },
    },
  },
  'add-finalizer': { type: 'add-finalizer' },
  'write-one-time-code': { type: 'write-one-time-code', name: 'a' },
  'remove-secret': { type: 'remove-secret', name: 'a' },
  create: { type: 'create', body: BODY, draft: DRAFT },
  reauthorize: { type: 'reauthorize', id: 0, body: BODY, draft: DRAFT },
  patch: { type: 'patch', id: 0, patch: {}, reason: 'Updated' },
  'record-disabling': { type: 'record-disabling' },
  enable: { type: 'enable', id: 0, enabled: true },
  ping: { type: 'ping', id: 0, token: 'a' },
  'ping-peer': { type: 'ping-peer', uid: 'a', token: 'a' },
  'verify-account': { type: 'verify-account', id: 0 },
  'open-fallback-credentials': { type: 'open-fallback-credentials', account: ACCOUNT },
  'release-tags': { type: 'release-tags', id: 0, tags: [], onFailure: 'ignore' },
  'record-instance': { type: 'record-instance', instance: instance(0) },
  'record-switch': {
    type: 'record-switch',
    to: instance(0),
    from: { id: 1, connector: 'infusionsoftcrm', as: { kind: 'next' } },
  },
  'record-removal': { type: 'record-removal', id: 0 },
  'delete-instance': { type: 'delete-instance', id: 0, reason: 'Deleted' },
  'write-tombstone': {
    type: 'write-tombstone',
    tombstone: { uid: 'a', namespace: 'a', account: ACCOUNT, until: NOW },
  },
  'write-connection-secret': { type: 'write-connection-secret', name: 'a', data: {}, exists: true },
  'release-connection-secret': { type: 'release-connection-secret', name: 'a' },
  'delete-connection-secret': { type: 'delete-connection-secret', name: 'a' },
};

function entry(action: Act, outcome: Outcome = { kind: 'done' }, read?: number): LogEntry {
  return { action, outcome, read };
}

function when(condition: boolean | undefined, ...entries: readonly LogEntry[]): readonly LogEntry[] {
  return condition === true ? entries : [];
}

/** The log of a reconcile that did what `change` says, in the order in which a reconcile does it. */
export function logOf(change: LogChange = {}): ActionLog {
  const { fallback, ping, repeatedPing, failure, justRead } = change;
  const reads = [...(change.read ?? []), ...(justRead === undefined ? [] : [justRead])];
  return [
    ...when(change.searched, entry(SAMPLES.search)),
    ...when(
      fallback !== undefined,
      entry(SAMPLES['open-fallback-credentials'], { kind: 'fallback', fallback: fallback ?? 'absent' }),
    ),
    ...when(change.authorized, entry(SAMPLES.create)),
    ...when(change.reauthorizationRejected, entry(SAMPLES.reauthorize, { kind: 'rejected' })),
    ...when(
      change.patched === true || change.reconfigured === true,
      entry({ ...SAMPLES.patch, patch: change.reconfigured === true ? { configuration: {} } : {} }),
    ),
    ...when(change.enabledSet, entry(SAMPLES.enable)),
    ...when(ping !== undefined, entry(SAMPLES.ping, { kind: 'ping', answer: ping ?? 'answered' })),
    ...when(change.accountProven, entry(SAMPLES['verify-account'])),
    ...when(
      repeatedPing !== undefined,
      entry(SAMPLES.ping, { kind: 'ping', answer: repeatedPing ?? 'answered' }),
    ),
    ...(change.tagsReleased ?? []).map((id) => entry({ ...SAMPLES['release-tags'], id })),
    ...(change.removalsRecorded ?? []).map((id) => entry({ ...SAMPLES['record-removal'], id })),
    ...(change.deleted ?? []).map((id) => entry({ ...SAMPLES['delete-instance'], id })),
    ...when(change.tombstoneWritten, entry(SAMPLES['write-tombstone'])),
    ...when(
      change.connectionWritten,
      entry({ ...SAMPLES['write-connection-secret'], name: 'crm-connection' }),
    ),
    ...when(change.switched, entry(SAMPLES['record-switch'])),
    ...when(
      failure !== undefined,
      ...(failure === undefined
        ? []
        : [entry(SAMPLES[failure.type], { kind: 'failed', error: failure.error })]),
    ),
    ...reads.map((id) => entry({ type: 'read-instance', id }, { kind: 'done' }, id)),
  ];
}
