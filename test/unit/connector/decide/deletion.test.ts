import { describe } from 'vitest';
import type { InfusionsoftConnector } from '../../../../src/api/connector.ts';
import type { AccountView } from '../../../../src/ownership/account-view.ts';
import {
  ACCOUNT,
  attempt,
  type ConnectorChange,
  connector,
  HELD,
  readyStatus,
  UID,
} from '../../../support/builders/connector.ts';
import {
  ID,
  type InputChange,
  input,
  READY_ACCOUNT,
  remoteError,
  SETTINGS,
} from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { secretUnread } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';
import { blockedBy, decides, ends } from './table.ts';

const DELETED = { deletionTimestamp: at(0) } as const;

function deleted(change: ConnectorChange = {}): InfusionsoftConnector {
  return connector({ ...change, metadata: { ...HELD, ...DELETED, ...change.metadata } });
}

/** The deletion of a connector with an instance, both of which are there. */
function deletion(change: Omit<InputChange, 'connector'> & { readonly connector?: ConnectorChange } = {}) {
  return input({
    instances: [instance(ID)],
    ...change,
    connector: deleted({ status: readyStatus(ID), ...change.connector }),
  });
}

const released = ends({ kind: 'released' });

const GONE: AccountView = { state: 'blocked', reason: 'AccountNotFound', message: 'Gone.', stalled: false };

/** A record of a credential that created no instance. */
const WITHOUT_INSTANCE = attempt({ at: at(-60 * MINUTE), absentAt: at(0) });

describe('a deletion without anything to delete', () => {
  decides([
    {
      name: 'without our finalizer',
      because: 'whoever took it off has let go of the instance',
      input: deletion({ connector: { metadata: { finalizers: ['another/finalizer'] } } }),
      action: released,
    },
    {
      name: 'nothing was ever sent, and the account was never looked at',
      because: 'the finalizer without a record may mean an instance that was taken over',
      input: input({ connector: deleted(), account: { state: 'unknown' }, searchedAt: null }),
      action: { type: 'finish', result: { kind: 'cache-not-synced' } },
    },
    {
      name: 'nothing was ever made, and the spec is invalid',
      because: 'a typo is deleted like everything else',
      input: { ...input({ connector: deleted() }), violations: [{ path: 'spec', message: 'is wrong' }] },
      action: released,
    },
    {
      name: 'abandoned',
      because: 'a person has said so, whatever state the account is in',
      input: deletion({
        connector: { annotations: { abandon: 'the organization is gone' } },
        account: { state: 'blocked', reason: 'AccountNotFound', message: 'Gone.', stalled: false },
      }),
      action: released,
    },
    {
      name: 'abandoned without a reason',
      because: 'an empty annotation is an accident',
      input: deletion({ connector: { annotations: { abandon: ' ' } } }),
      action: { type: 'delete-instance' },
    },
    {
      name: 'the only credential was provably not processed, and the account is gone',
      because: 'nothing can exist that would need the account',
      input: input({
        connector: deleted({
          annotations: { attempt: attempt({ at: at(-60 * MINUTE), unprocessed: { notBefore: at(0) } }) },
        }),
        account: GONE,
      }),
      action: released,
    },
    {
      name: 'held without a record, in an account that does not work',
      because: 'an instance may have been adopted, and no account is recorded whose credentials worked',
      input: input({ connector: deleted(), account: GONE, searchedAt: null }),
      action: blockedBy('Ready', 'DeletionBlocked', 'Account "sap" is not ready (AccountNotFound), so'),
    },
    {
      name: 'held without a record, before the account is listed',
      because: 'an instance may have been adopted',
      input: input({ connector: deleted(), searchedAt: null }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'held without a record, with deletionPolicy Orphan, before the account is listed',
      because: 'the tags of an adopted instance are removed',
      input: input({ connector: deleted({ spec: { deletionPolicy: 'Orphan' } }), searchedAt: null }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'gone already',
      because: 'a deletion of what is not there has succeeded',
      input: deletion({ instances: [], gone: [ID] }),
      action: released,
    },
    {
      name: 'suspended',
      because: 'suspend stops all work but deletion',
      input: deletion({ connector: { spec: { suspend: true } } }),
      action: { type: 'delete-instance', id: ID },
    },
  ]);
});

describe('a deletion of the instance', () => {
  decides([
    {
      name: 'there',
      because: 'it is deleted by its id',
      input: deletion(),
      action: { type: 'delete-instance', id: ID, reason: 'Deleted' },
    },
    {
      name: 'not in the list',
      because: 'absence from a list is never proof',
      input: deletion({ instances: [] }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'deleted in this reconcile',
      because: 'only a read by id proves that it is gone',
      input: deletion({ instances: [], log: { deleted: [ID] } }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'deleted in this reconcile, and gone',
      because: 'now the finalizer may go',
      input: deletion({ instances: [], gone: [ID], log: { deleted: [ID] } }),
      action: released,
    },
    {
      name: 'deleted in this reconcile, and still shown',
      because: 'the finalizer stays until the remote side confirms',
      input: deletion({ log: { deleted: [ID] } }),
      action: blockedBy(
        'Ready',
        'Deleting',
        'Open Connectors still shows instance 4711 after its deletion. Wait for the next check.',
        { kind: 'backoff' },
      ),
    },
    {
      name: 'with the old one of a replacement',
      because: 'deleting the resource deletes both',
      input: deletion({
        connector: { status: readyStatus(ID, { replacing: { id: 9, connector: 'infusionsoftcrm' } }) },
        instances: [],
        gone: [ID],
      }),
      action: { type: 'read-instance', id: 9 },
    },
    {
      name: 'with one that was never written to status',
      because: 'the uid on it is proof that it is ours',
      input: input({
        connector: deleted({ annotations: { attempt: attempt({ at: at(-SECOND) }) } }),
        instances: [instance(12, { createdAt: at(0) })],
        searchedAt: NOW - SECOND,
      }),
      action: { type: 'delete-instance', id: 12 },
    },
    {
      name: 'with one of our uid but of another connector',
      because: 'the spec was changed between its creation and the deletion',
      input: input({
        connector: deleted({
          spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined },
          annotations: { attempt: attempt({ at: at(-60 * MINUTE), absentAt: at(0) }) },
        }),
        instances: [instance(12)],
        searchedAt: NOW - SECOND,
      }),
      action: { type: 'delete-instance', id: 12 },
    },
    {
      name: "somebody else's by now",
      because: 'what carries the tags of another owner is not touched',
      input: deletion({ instances: [instance(ID, { tags: TAGS.otherCluster })] }),
      action: released,
    },
    {
      name: 'with the tags of its former self',
      because: 'status says that this resource held it',
      input: deletion({ instances: [instance(ID, { tags: TAGS.namesake })] }),
      action: { type: 'delete-instance', id: ID },
    },
    {
      name: 'named by importId and never taken over',
      because: 'it was never ours',
      input: input({
        connector: deleted({
          spec: { instance: { importId: 7 }, deletionPolicy: 'Delete' },
          annotations: { attempt: attempt({ at: at(-60 * MINUTE), absentAt: at(0) }) },
        }),
        instances: [instance(7, { tags: [] })],
        searchedAt: NOW,
      }),
      action: released,
    },
    {
      name: 'beside one that importId names and that was never adopted',
      because: 'only the instance with the tags of the resource is deleted',
      input: input({
        connector: deleted({
          spec: { instance: { importId: 7 }, deletionPolicy: 'Delete' },
          annotations: { attempt: WITHOUT_INSTANCE },
        }),
        instances: [instance(7, { tags: TAGS.none }), instance(12)],
      }),
      action: { type: 'delete-instance', id: 12 },
    },
    {
      name: 'not found, with another importId in the spec',
      because: 'importId counts for the first adoption only',
      input: deletion({
        connector: { spec: { instance: { importId: 7 }, deletionPolicy: 'Delete' } },
        instances: [],
        gone: [ID],
      }),
      action: released,
    },
    {
      name: 'of a replacement, whose old instance alone is in status',
      because: 'an instance that status names is deleted, whatever the record says',
      input: input({
        connector: deleted({
          annotations: { attempt: WITHOUT_INSTANCE },
          status: { replacing: { id: 9, connector: 'infusionsoftcrm' } },
        }),
      }),
      action: { type: 'read-instance', id: 9 },
    },
    {
      name: 'of a replacement, whose new instance alone is in status',
      because: 'an instance that status names is deleted, whatever the record says',
      input: input({
        connector: deleted({
          annotations: { attempt: WITHOUT_INSTANCE },
          status: { next: { id: 9, connector: 'infusionsoftrest' } },
        }),
      }),
      action: { type: 'read-instance', id: 9 },
    },
    {
      name: 'when no instance was found, by a record without an account',
      because: 'the release before wrote no account, and the search was in this one',
      input: input({
        connector: deleted({
          annotations: {
            attempt: attempt({ at: at(-30 * MINUTE), absentAt: at(0), account: undefined }),
          },
        }),
        searchedAt: NOW,
      }),
      action: {
        type: 'write-tombstone',
        tombstone: { uid: UID, namespace: 'team-a', account: ACCOUNT, until: NOW + 30 * MINUTE },
      },
    },
    {
      name: 'when no instance was found, by a record without an account, and the account does not work',
      because: 'a tombstone without an account could not be searched',
      input: input({
        connector: deleted({
          annotations: {
            attempt: attempt({ at: at(-30 * MINUTE), absentAt: at(0), account: undefined }),
          },
        }),
        account: { state: 'blocked', reason: 'AccountNotReady', message: 'x.', stalled: false },
        searchedAt: NOW,
      }),
      action: released,
    },
    {
      name: 'while a creation is in doubt',
      because: 'an instance may come yet, and would stay behind',
      input: input({
        connector: deleted({ annotations: { attempt: attempt({ at: at(0) }) } }),
        now: NOW + SECOND,
        searchedAt: NOW,
      }),
      action: blockedBy('Synced', 'SearchingInstance', 'outcome is unknown', {
        kind: 'at',
        time: NOW + SETTINGS.searchGraceMs,
      }),
    },
    {
      name: 'when the doubt is settled',
      because: 'what was found is recorded before anything is let go',
      input: input({
        connector: deleted({ annotations: { attempt: attempt({ at: at(-30 * MINUTE) }) } }),
        searchedAt: NOW,
      }),
      action: { type: 'write-record', record: { kind: 'absent' } },
    },
    {
      name: 'when no instance was found, soon after the create',
      because: 'the server may commit later still, and nobody would delete what it creates',
      input: input({
        connector: deleted({
          annotations: { attempt: attempt({ at: at(-30 * MINUTE), absentAt: at(0) }) },
        }),
        searchedAt: NOW,
      }),
      action: {
        type: 'write-tombstone',
        tombstone: { uid: UID, namespace: 'team-a', account: ACCOUNT, until: NOW + 30 * MINUTE },
      },
    },
    {
      name: 'when no instance was found, and the tombstone is written',
      because: 'the finalizer does not wait for a late commit',
      input: input({
        connector: deleted({
          annotations: { attempt: attempt({ at: at(-30 * MINUTE), absentAt: at(0) }) },
        }),
        searchedAt: NOW,
        log: { tombstoneWritten: true },
      }),
      action: released,
    },
    {
      name: 'when no instance was found, long after the create',
      because: 'nothing of it can come any more',
      input: input({
        connector: deleted({
          annotations: { attempt: attempt({ at: at(-60 * MINUTE), absentAt: at(0) }) },
        }),
        searchedAt: NOW,
      }),
      action: released,
    },
    {
      name: 'long after the create, without a search since its late commit was possible',
      because: 'Open Connectors may have been unavailable all that time, and the instance may be there',
      input: input({
        connector: deleted({
          annotations: { attempt: attempt({ at: at(-90 * MINUTE), absentAt: at(-80 * MINUTE) }) },
        }),
        searchedAt: NOW - 30 * MINUTE - 1,
      }),
      action: {
        type: 'write-tombstone',
        tombstone: { uid: UID, namespace: 'team-a', account: ACCOUNT, until: NOW },
      },
    },
    {
      name: 'long after the create, searched when its late commit was no longer possible',
      because: 'nothing of it can come any more',
      input: input({
        connector: deleted({
          annotations: { attempt: attempt({ at: at(-90 * MINUTE), absentAt: at(-80 * MINUTE) }) },
        }),
        searchedAt: NOW - 30 * MINUTE,
      }),
      action: released,
    },
    {
      name: 'when no instance was found, and the account is gone',
      because: 'there is nothing left that would need the account',
      input: input({
        connector: deleted({
          annotations: { attempt: attempt({ at: at(-60 * MINUTE), absentAt: at(0) }) },
        }),
        searchedAt: NOW,
        account: { state: 'blocked', reason: 'AccountNotFound', message: 'Gone.', stalled: false },
      }),
      action: released,
    },
    {
      name: 'without an id, in an account that is gone',
      because: 'the record names the account whose credentials worked last',
      input: input({
        connector: deleted({ annotations: { attempt: attempt({ at: at(0) }) } }),
        account: { state: 'blocked', reason: 'AccountNotFound', message: 'Gone.', stalled: false },
      }),
      action: { type: 'open-fallback-credentials', account: ACCOUNT },
    },
    {
      name: 'without an id, in another account than the resource names now',
      because: 'absence in the other account proves nothing',
      input: input({
        connector: deleted({ annotations: { attempt: attempt({ at: at(-60 * MINUTE) }) } }),
        account: { ...READY_ACCOUNT, organizationId: '6000' },
        searchedAt: NOW,
      }),
      action: { type: 'open-fallback-credentials', account: ACCOUNT },
    },
    {
      name: 'with its tags unknown',
      because: 'nothing is deleted before its owner is known',
      input: deletion({ instances: [instance(ID, { tags: undefined })] }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'with its tags unknown after a read',
      because: 'an answer that lacks them would lack them again',
      input: deletion({ instances: [instance(ID, { tags: undefined })], log: { read: [ID] } }),
      action: blockedBy(
        'Synced',
        'UnexpectedAnswer',
        'Open Connectors returned instance 4711 without its tags or its token. Grant the user of the account access to the whole instance.',
        { kind: 'backoff' },
      ),
    },
    {
      name: 'with a grant that status says was accepted',
      because: 'there is nothing to wait for',
      input: deletion({
        connector: {
          annotations: { attempt: attempt({ at: at(-SECOND) }) },
          status: readyStatus(ID),
        },
      }),
      action: { type: 'delete-instance', id: ID },
    },
  ]);
});

describe('a deletion that has to wait', () => {
  const refused: AccountView = {
    state: 'blocked',
    reason: 'AccountUnauthorized',
    message: 'Refused.',
    stalled: true,
  };
  decides([
    {
      name: 'for the account to be verified',
      because: 'this process has just begun; nothing is wrong',
      input: deletion({ account: { state: 'unknown' } }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'for the list of instances',
      because: 'what is not in status would stay behind',
      input: deletion({ searchedAt: null }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'for an account that does not work any more',
      because: 'in a namespace that is being deleted its Secret goes first; what worked last may still work',
      input: deletion({ account: refused }),
      action: { type: 'open-fallback-credentials', account: ACCOUNT },
    },
    {
      name: 'for the search with what worked last',
      because: 'what is not in status would stay behind',
      input: deletion({ searchedAt: null, log: { fallback: 'open' } }),
      action: { type: 'search' },
    },
    {
      name: 'with what worked last refused, too',
      because: 'the message says that nothing is left to try',
      input: deletion({ account: refused, log: { fallback: 'refused' } }),
      action: blockedBy(
        'Ready',
        'DeletionBlocked',
        'Account "sap" is not ready (AccountUnauthorized) and the fallback credentials do not work, so the instance cannot be deleted. Fix the account, or set the annotation openconnectors.dev/abandon.',
      ),
    },
    {
      name: 'for an account that works, with nothing kept',
      because: 'a person repairs it, or lets go with the annotation that the message names',
      input: deletion({ account: refused, log: { fallback: 'absent' } }),
      action: blockedBy(
        'Ready',
        'DeletionBlocked',
        'Account "sap" is not ready (AccountUnauthorized), so the instance cannot be deleted. Fix the account, or set the annotation openconnectors.dev/abandon.',
      ),
    },
    {
      name: 'for the account that made the instance',
      because: 'what worked last for it may still work',
      input: deletion({ account: { ...READY_ACCOUNT, organizationId: '6000' } }),
      action: { type: 'open-fallback-credentials', account: ACCOUNT },
    },
    {
      name: 'for the same organization at the address that made the instance',
      because: 'organizations of two regions may have the same id',
      input: deletion({
        account: { ...READY_ACCOUNT, baseUrl: 'https://api.openconnectors.eu.example.com' },
      }),
      action: { type: 'open-fallback-credentials', account: ACCOUNT },
    },
    {
      name: 'for the account that made the instance, with nothing kept of it',
      because: 'a 404 of another organization proves nothing',
      input: deletion({
        account: { ...READY_ACCOUNT, organizationId: '6000' },
        log: { fallback: 'absent' },
      }),
      action: blockedBy(
        'Synced',
        'AccountChanged',
        `another organization than the instance ("${ACCOUNT.organizationId}"`,
      ),
    },
    {
      name: 'for a spec that can be read',
      because: 'the policy stands in it, and is not guessed',
      input: { ...deletion(), violations: [{ path: 'spec.deletionPolicy', message: 'is wrong' }] },
      action: blockedBy('Ready', 'InvalidSpec', 'openconnectors.dev/abandon'),
    },
    {
      name: 'after a failure',
      because: 'the finalizer stays, and the failure is counted',
      input: deletion({
        log: {
          failure: {
            type: 'delete-instance',
            error: remoteError('unavailable'),
          },
        },
      }),
      action: blockedBy(
        'Synced',
        'RemoteError',
        'Cannot delete the instance: Open Connectors is unavailable. Wait for the next attempt.',
        {
          kind: 'backoff',
          retryAfterMs: undefined,
        },
      ),
    },
    {
      name: 'for the retry',
      because: 'a restart does not forget the backoff',
      input: deletion({
        connector: {
          status: readyStatus(ID, { failures: { count: 1, nextAttemptAt: second(MINUTE) } }),
        },
      }),
      action: ends({ kind: 'not-due', time: NOW + MINUTE }),
    },
    {
      name: 'no longer for a retry that is further away than any backoff',
      because: 'the clock was set back since it was written',
      input: deletion({
        connector: {
          status: readyStatus(ID, { failures: { count: 1, nextAttemptAt: second(24 * 60 * MINUTE) } }),
        },
      }),
      action: { type: 'delete-instance', id: ID },
    },
    {
      name: 'no longer for the retry, when somebody asked',
      because: 'who changed something wants to see what comes of it',
      input: deletion({
        connector: {
          status: readyStatus(ID, { failures: { count: 1, nextAttemptAt: second(MINUTE) } }),
        },
        triggered: true,
      }),
      action: { type: 'delete-instance', id: ID },
    },
  ]);
});

describe('a deletion that leaves the instance', () => {
  const orphan = { spec: { deletionPolicy: 'Orphan' } } as const;
  decides([
    {
      name: 'with our tags on it',
      because: "only the user's own tags stay",
      input: deletion({ connector: orphan, instances: [instance(ID, { tags: [...TAGS.own, 'mine'] })] }),
      action: { type: 'release-tags', id: ID, tags: ['mine'] },
    },
    {
      name: 'adopted',
      because: 'an instance that was there before us outlives us',
      input: deletion({ connector: { spec: { instance: { importId: ID } } } }),
      action: { type: 'release-tags', id: ID },
    },
    {
      name: 'adopted, with deletionPolicy Delete',
      because: 'the spec says otherwise',
      input: deletion({ connector: { spec: { instance: { importId: ID }, deletionPolicy: 'Delete' } } }),
      action: { type: 'delete-instance', id: ID },
    },
    {
      name: 'its tags taken off',
      because: 'the connection Secret would go with its owner',
      input: deletion({
        connector: orphan,
        secrets: { 'crm-connection': secretUnread({ owners: [UID] }) },
        log: { tagsReleased: [ID] },
      }),
      action: { type: 'release-connection-secret', name: 'crm-connection' },
    },
    {
      name: 'its connection Secret still of the old name',
      because: 'the Secret in use must not go with its owner, whatever its name is',
      input: deletion({
        connector: { ...orphan, status: readyStatus(ID, { binding: { name: 'old' } }) },
        secrets: { 'crm-connection': secretUnread(), old: secretUnread({ owners: [UID] }) },
        log: { tagsReleased: [ID] },
      }),
      action: { type: 'release-connection-secret', name: 'old' },
    },
    {
      name: 'its tags taken off, and its Secret released',
      because: 'nothing is left to do',
      input: deletion({
        connector: orphan,
        secrets: { 'crm-connection': secretUnread() },
        log: { tagsReleased: [ID] },
      }),
      action: released,
    },
    {
      name: 'without a connection Secret',
      because: 'there is nothing to release',
      input: deletion({ connector: orphan, log: { tagsReleased: [ID] } }),
      action: released,
    },
    {
      name: 'and another one that was never written to status',
      because: 'both carry our tags, and nobody else would remove them',
      input: deletion({
        connector: orphan,
        instances: [instance(ID), instance(12)],
        log: { tagsReleased: [ID] },
      }),
      action: { type: 'release-tags', id: 12 },
    },
    {
      name: 'in an account that does not work',
      because: 'leaving an instance needs no account',
      input: deletion({
        connector: orphan,
        account: { state: 'blocked', reason: 'AccountUnauthorized', message: 'Refused.', stalled: true },
      }),
      action: released,
    },
    {
      name: 'in another account than the resource names now',
      because: 'leaving an instance needs no account',
      input: deletion({ connector: orphan, account: { ...READY_ACCOUNT, organizationId: '6000' } }),
      action: released,
    },
    {
      name: 'in an account that is not known yet',
      because: 'in a moment its tags can be removed',
      input: deletion({ connector: orphan, account: { state: 'unknown' } }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'whose answer to the create was lost',
      because: 'it may come late, but it is to stay',
      input: input({
        connector: deleted({
          ...orphan,
          annotations: { attempt: attempt({ at: at(-30 * MINUTE), absentAt: at(0) }) },
        }),
        searchedAt: NOW,
      }),
      action: released,
    },
    {
      name: "somebody else's by now",
      because: 'its tags are theirs',
      input: deletion({ connector: orphan, instances: [instance(ID, { tags: TAGS.otherResource })] }),
      action: released,
    },
  ]);
});
