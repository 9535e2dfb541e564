import { describe, expect, it, test } from 'vitest';
import type { ConnectorStatus } from '../../../../src/api/connector.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { summarize } from '../../../../src/connector/report/summarize.ts';
import { attempt, connector, digest, readyStatus, UID } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import {
  ID,
  input,
  READY_ACCOUNT,
  remoteError,
  SETTINGS,
  settledInput,
} from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { secretAbsent, secretRead, secretUnread, VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';
import { kubectlWaits } from '../../../support/kstatus/kstatus.ts';

/** The status that follows from the verdict on `subject`. */
function statusOf(subject: ConnectorInput, fraction = 0.5): ConnectorStatus {
  const action = decide(subject);
  if (action.type !== 'finish' || (action.result.kind !== 'ready' && action.result.kind !== 'blocked')) {
    throw new Error(`no verdict that tells anything: ${JSON.stringify(action)}`);
  }
  return summarize(subject, action.result, fraction);
}

const saying = (status: ConnectorStatus): string[] =>
  (status.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);

const failing = (errorClass: Parameters<typeof remoteError>[0], retryAfterMs?: number) => ({
  failure: {
    type: 'patch' as const,
    error: remoteError(errorClass, 'Because.', retryAfterMs === undefined ? {} : { retryAfterMs }),
  },
});

describe('conditions', () => {
  test('of a resource that is Ready', () => {
    expect(saying(statusOf(settledInput()))).toEqual([
      'Ready=True Succeeded',
      'SecretsResolved=True SecretsResolved',
      'AccountReady=True AccountReady',
      'Authorized=True Authorized',
      'Synced=True Synced',
    ]);
  });

  it.each(['unavailable', 'throttled', 'ambiguous'] as const)(
    'show the deletion as the reason of Reconciling when a call of it fails (%s)',
    (errorClass) => {
      const deleting = settledInput({
        connector: { metadata: { deletionTimestamp: at(0) } },
        log: failing(errorClass),
      });
      expect(saying(statusOf(deleting))).toContain('Reconciling=True Deleting');
      expect(saying(statusOf(deleting))[0]).toMatch(/^Ready=False (RemoteError|Throttled)$/);
    },
  );

  test('of a first reconcile are Unknown for everything that was not checked yet', () => {
    expect(saying(statusOf(input({ secrets: { 'crm-key': secretAbsent } })))).toEqual([
      'Ready=False SecretNotFound',
      'SecretsResolved=False SecretNotFound',
      'AccountReady=True AccountReady',
      'Authorized=Unknown Progressing',
      'Synced=Unknown Progressing',
      'Reconciling=True ProgressingWithRetry',
    ]);
  });

  test('of a Secret that does not come call the resource Stalled after five minutes', () => {
    const waiting = {
      type: 'SecretsResolved',
      status: 'False',
      reason: 'SecretNotFound',
      message: 'It was not there.',
      lastTransitionTime: new Date(NOW - 5 * MINUTE).toISOString(),
    } as const;
    const status = statusOf(
      input({
        connector: connector({ status: { conditions: [waiting] } }),
        secrets: { 'crm-key': secretAbsent },
      }),
    );
    expect(saying(status)).toContain('Stalled=True SecretNotFound');
    expect(saying(status)).not.toContain('Reconciling=True ProgressingWithRetry');
  });

  test('of a resource that waits for its user are neither Reconciling nor Stalled', () => {
    const waiting = input({ secrets: { 'crm-code': secretAbsent } });
    expect(saying(statusOf(waiting))).toEqual([
      'Ready=False AuthorizationRequired',
      'SecretsResolved=True SecretsResolved',
      'AccountReady=True AccountReady',
      'Authorized=False AuthorizationRequired',
      'Synced=Unknown Progressing',
    ]);
  });

  test('that were found before stand while the account does not work', () => {
    const down = settledInput({
      account: { state: 'blocked', reason: 'AccountUnreachable', message: 'Down.', stalled: false },
    });
    expect(saying(statusOf(down))).toEqual([
      'Ready=False AccountUnreachable',
      'SecretsResolved=True SecretsResolved',
      'AccountReady=False AccountUnreachable',
      'Authorized=True Authorized',
      'Synced=True Synced',
      'Reconciling=True ProgressingWithRetry',
    ]);
  });

  test('let kubectl wait end after an edit that changed nothing', () => {
    const subject = settledInput({ connector: { metadata: { generation: 2 } } });
    const after = { ...subject.connector, status: statusOf(subject) };
    expect(kubectlWaits(subject.connector, 'Ready')).toBe(true);
    expect(kubectlWaits(after, 'Ready')).toBe(false);
  });

  test('of an unchanged reconcile are what they were, to the second', () => {
    const subject = settledInput();
    expect(statusOf(subject)).toEqual(subject.connector.status);
  });
});

describe('the instance', () => {
  test('enters status when its tags say that this resource made it', () => {
    const found = input({
      connector: connector({ metadata: { finalizers: ['openconnectors.dev/instance'] } }),
      instances: [instance(9)],
      log: failing('unavailable'),
    });
    expect(statusOf(found).instance).toEqual({
      id: 9,
      name: 'team-a-crm',
      connector: 'infusionsoftcrm',
      enabled: true,
      createdAt: '2026-02-01T09:00:00Z',
      account: {
        uid: READY_ACCOUNT.uid,
        baseUrl: READY_ACCOUNT.baseUrl,
        organizationId: READY_ACCOUNT.organizationId,
      },
    });
  });

  test.each([
    ['the first time', undefined, second(0)],
    ['for a minute', second(-MINUTE), second(-MINUTE)],
  ])('that is disabled %s has the time of its disabling', (_how, before, disabledAt) => {
    const found = settledInput({
      connector: {
        spec: { instance: { enabled: false } },
        status: readyStatus(ID, {
          instance: {
            id: ID,
            enabled: before === undefined,
            ...(before !== undefined && { disabledAt: before }),
          },
        }),
      },
      instances: [instance(ID, { disabled: true })],
    });
    expect(statusOf(found).instance?.disabledAt).toBe(disabledAt);
  });

  test('that is enabled again has no time of its disabling', () => {
    const status = readyStatus(ID, {
      instance: { id: ID, enabled: false, disabledAt: second(-MINUTE) },
    });
    const found = settledInput({ connector: { status }, log: { enabledSet: true, ping: 'answered' } });
    expect(statusOf(found).instance).toMatchObject({ enabled: true });
    expect(statusOf(found).instance?.disabledAt).toBeUndefined();
  });

  test.each([
    ['nobody', TAGS.none],
    ['a former self', TAGS.namesake],
    ['another owner', TAGS.otherResource],
  ])('of %s does not enter status before it is marked', (_whose, tags) => {
    const found = input({
      connector: connector({ spec: { instance: { importId: 7 } } }),
      instances: [instance(7, { tags })],
      log: failing('unavailable'),
    });
    expect(statusOf(found).instance).toBeUndefined();
  });

  test('that is gone stays in status until there is another one', () => {
    const gone = settledInput({ instances: [], gone: [ID], secrets: { 'crm-code': secretAbsent, ...READS } });
    expect(statusOf(gone).instance?.id).toBe(ID);
  });

  test('is kept as it was while the spec cannot be read', () => {
    const broken = { ...settledInput(), violations: [{ path: 'spec', message: 'is wrong' }] };
    expect(statusOf(broken)).toMatchObject({
      instance: { id: ID },
      binding: { name: 'crm-connection' },
      credentials: readyStatus(ID).credentials,
    });
  });
});

const READS = {
  'crm-oauth': secretRead({ client_id: VALUES.clientId, client_secret: VALUES.clientSecret }),
  'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }),
} as const;

describe('failures', () => {
  test('are counted, with the time of the next try in whole seconds and never too early', () => {
    const first = statusOf(settledInput({ log: failing('unavailable') }), 0);
    expect(first.failures).toEqual({ count: 1, lastReason: 'RemoteError', nextAttemptAt: second(SECOND) });
    const again = settledInput({
      connector: { status: readyStatus(ID, { failures: { count: 4, nextAttemptAt: second(0) } }) },
      log: failing('unavailable'),
    });
    expect(statusOf(again, 0).failures).toMatchObject({ count: 5, nextAttemptAt: second(16 * SECOND) });
  });

  test('wait at least as long as the remote side asks', () => {
    const asked = statusOf(settledInput({ log: failing('throttled', 90_500) }));
    expect(Date.parse(asked.failures?.nextAttemptAt ?? '')).toBeGreaterThanOrEqual(Date.parse(at(90_500)));
  });

  test.each(['forbidden', 'invalid'] as const)(
    'that a person has to end (%s) are not counted',
    (errorClass) => {
      expect(statusOf(settledInput({ log: failing(errorClass) })).failures).toBeUndefined();
    },
  );

  test('are cleared by a success', () => {
    const before = readyStatus(ID, { failures: { count: 3, nextAttemptAt: second(0) } });
    expect(statusOf(settledInput({ connector: { status: before } })).failures).toBeUndefined();
  });
});

describe('fingerprints', () => {
  test('are renewed when the instance is known to carry the values', () => {
    const touched = settledInput({
      secrets: {
        'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }, { resourceVersion: '2' }),
      },
    });
    const versions = statusOf(touched).credentials?.map(({ resourceVersion }) => resourceVersion);
    expect(versions).toEqual(['1', '1', '2']);
  });

  test('are kept when the reconcile did not end', () => {
    const rotated = settledInput({
      secrets: { 'crm-key': secretRead({ encryptedKey: 'rotated' }, { resourceVersion: '2' }) },
      log: failing('unavailable'),
    });
    expect(statusOf(rotated).credentials).toEqual(readyStatus(ID).credentials);
  });

  test('never hold a value', () => {
    expect(JSON.stringify(statusOf(input({ secrets: { 'crm-code': secretAbsent } })))).not.toMatch(
      new RegExp(Object.values(VALUES).join('|')),
    );
  });
});

describe('the rest', () => {
  test('binding names the Secret only while it is there and ours', () => {
    const ours = secretUnread({ owners: [UID] });
    expect(statusOf(settledInput({ secrets: { 'crm-connection': ours } })).binding?.name).toBe(
      'crm-connection',
    );
    const theirs = settledInput({ secrets: { 'crm-connection': secretUnread() } });
    expect(statusOf(theirs).binding).toBeUndefined();
  });

  it('records the version and the content of the connection Secret as they were seen last', () => {
    const seen = { resourceVersion: '8', content: printOf('content') };
    const secrets = { 'crm-connection': secretUnread({ owners: [UID], resourceVersion: '8' }) };
    const written = { connectionWritten: true };
    expect(statusOf(settledInput({ secrets, memory: { connection: seen }, log: written })).binding).toEqual({
      name: 'crm-connection',
      resourceVersion: '8',
      fingerprint: seen.content,
    });
  });

  it('keeps the recorded content while a reconcile is blocked before the connection Secret', () => {
    const blocked = settledInput({ memory: { connection: undefined }, log: failing('unavailable') });
    expect(statusOf(blocked).binding).toEqual(blocked.connector.status?.binding);
  });

  test('authorizedAt is now when the grant was accepted in this reconcile, and unchanged otherwise', () => {
    expect(
      statusOf(
        settledInput({
          connector: { annotations: { attempt: attempt({ digest: digest('new') }) } },
          log: { authorized: true, ping: 'answered' },
        }),
      ).authorization,
    ).toEqual({ authorizedAt: second(0), grant: digest('new') });
    expect(statusOf(settledInput()).authorization).toEqual(readyStatus(ID).authorization);
  });

  test('authorizedAt is now when the instance of a lost answer turns out to work', () => {
    const found = settledInput({
      connector: {
        annotations: { attempt: attempt({ at: at(-SECOND) }) },
        status: readyStatus(ID, { authorization: undefined }),
      },
      instances: [instance(ID, { createdAt: at(0) })],
    });
    expect(statusOf(found).authorization).toEqual({ authorizedAt: second(0), grant: digest(VALUES.code) });
  });

  test('authorizedAt stays where another instance than that of the lost answer is Ready', () => {
    const found = settledInput({
      connector: {
        annotations: { attempt: attempt({ at: at(-SECOND), digest: digest('lost') }) },
      },
    });
    expect(statusOf(found).authorization).toEqual(readyStatus(ID).authorization);
  });

  test('authorizedAt stays where an earlier code created the Ready instance shortly before the lost answer', () => {
    const earlier = {
      digest: digest('earlier'),
      at: at(-20 * SECOND),
      kind: 'code',
      created: 'one',
    } as const;
    const kept = settledInput({
      connector: {
        annotations: { attempt: attempt({ at: at(-SECOND), digest: digest('lost'), spent: [earlier] }) },
      },
      instances: [instance(ID, { createdAt: at(-18 * SECOND) })],
    });
    expect(statusOf(kept).authorization).toEqual(readyStatus(ID).authorization);
  });

  test('observedGeneration is that of the spec that was acted on, whatever came of it', () => {
    const edited = settledInput({
      connector: { metadata: { generation: 5 } },
      log: failing('invalid'),
    });
    expect(statusOf(edited).observedGeneration).toBe(5);
  });

  test('reconcile-at is echoed', () => {
    const asked = settledInput({
      connector: { annotations: { reconcileAt: 'now' } },
      log: { read: [ID] },
    });
    expect(statusOf(asked).lastHandledReconcileAt).toBe('now');
  });

  test('the settings of the builders are those that the tables count with', () => {
    expect(SETTINGS.createDeadlineMs + SETTINGS.searchGraceMs).toBe(150_000);
  });
});
