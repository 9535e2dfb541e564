import { describe, expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZER } from '../../../../src/api/group.ts';
import { reconcile } from '../../../../src/connector/reconcile.ts';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import type { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { digestOf, parseRecord } from '../../../../src/ownership/write-ahead-record.ts';
import { ACCOUNT, attempt, connector, UID, unverifiedStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, remoteError, SETTINGS, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance, OWN, TAGS } from '../../../support/builders/instance.ts';
import { bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { MINUTE, NOW, SECOND } from '../../../support/builders/time.ts';

function refusing(error: RemoteError): () => never {
  return () => {
    throw error;
  };
}

describe('a first creation', () => {
  test('takes three writes and two remote calls, in the order that survives a crash', async () => {
    const instances = new Map<number, Instance>();
    const it = bench({ connector: connector(), answers: workingRemote(instances) });

    const { actions: steps, outcome } = await reconcileOnce(it);

    expect(steps).toEqual(['read-secret', 'create', 'ping', 'write-connection-secret']);
    expect(it.writes.map(([what]) => what)).toEqual(['metadata', 'create secret crm-connection', 'status']);
    expect(it.calls.map(([operation]) => operation)).toEqual(['createInstance', 'pingInstance']);
    expect(outcome).toMatchObject({ kind: 'again' });
    expect(readiness(it)).toBe('True Succeeded');
    expect([...instances.keys()]).toEqual([it.stored().status?.instance?.id]);
  });

  test('writes the finalizer and the record of the code in one patch, before the code leaves', async () => {
    const order: string[] = [];
    const it = bench({
      connector: connector({ metadata: { finalizers: ['another/finalizer'] } }),
      answers: workingRemote(new Map(), {
        createInstance: () => {
          order.push('create');
          throw remoteError('invalid');
        },
      }),
      onPatchMetadata: () => order.push('record'),
    });

    await reconcileOnce(it);

    expect(order).toEqual(['record', 'create']);
    const { finalizers, annotations } = it.stored().metadata;
    expect(finalizers).toEqual(['another/finalizer', FINALIZER]);
    const record = annotations?.[ANNOTATIONS.attempt] ?? '';
    expect(record).not.toContain(VALUES.code);
    const parsed = parseRecord(record);
    expect(parsed).toMatchObject({
      digest: digestOf(parsed?.salt ?? '', VALUES.code),
      client: printOf(VALUES.clientId),
      operation: 'create',
      account: ACCOUNT,
      at: new Date(NOW).toISOString(),
    });
  });

  test('waits for its turn before the code is recorded, so that a crash while it waits costs no code', async () => {
    const it = bench({
      connector: connector(),
      answers: {},
      reserve: () => {
        throw remoteError('throttled', 'Pausing', { processed: 'no', retryAfterMs: 7_000 });
      },
    });

    await reconcileOnce(it);

    expect(readiness(it)).toBe('False Throttled');
    expect(it.stored().metadata.annotations?.[ANNOTATIONS.attempt]).toBeUndefined();
    expect(it.calls).toEqual([]);
  });

  test('gives its turn back when the record could not be written', async () => {
    let released = 0;
    const it = bench({
      connector: connector(),
      answers: {},
      reserve: () => ({
        run: (call) => call(),
        release: () => {
          released += 1;
        },
      }),
      onPatchMetadata: () => {
        throw new KubeError('conflict', 'the object has been modified');
      },
    });

    await expect(reconcileOnce(it)).rejects.toThrow('the object has been modified');

    expect(released).toBe(1);
  });

  test('never begins when the record could not be written', async () => {
    const it = bench({
      connector: connector(),
      answers: {},
      onPatchMetadata: () => {
        throw new KubeError('conflict', 'the object has been modified');
      },
    });

    await expect(reconcileOnce(it)).rejects.toThrow('the object has been modified');

    expect(it.calls).toEqual([]);
    expect(it.writes).toEqual([]);
    expect(it.ports.memory.recall(UID).accepted).toBeUndefined();
  });

  test('does nothing once the signal has aborted', async () => {
    const it = bench({ connector: connector() });
    await expect(reconcileOnce(it, AbortSignal.abort(new Error('the Lease is lost')))).rejects.toThrow(
      'the Lease is lost',
    );
    expect([it.calls, it.writes, it.reads]).toEqual([[], [], []]);
  });

  test('hands every value in clear to the remote side, and the signal', async () => {
    const it = bench({ connector: connector(), answers: workingRemote(new Map()) });
    await reconcileOnce(it);
    expect(it.calls[0]).toEqual([
      'createInstance',
      expect.objectContaining({
        name: 'team-a-crm',
        tags: TAGS.own,
        grant: { kind: 'code', code: VALUES.code },
      }),
    ]);
  });
});

describe('what comes of a creation', () => {
  const cases: readonly {
    readonly name: string;
    readonly because: string;
    readonly error: RemoteError;
    readonly ready: string;
    /** Whether the same code may be sent by a later reconcile. */
    readonly sentAgain: boolean;
    readonly suspicions?: number;
  }[] = [
    {
      name: 'refused',
      because: 'the answer says that nothing was made, and the code is spent',
      error: remoteError('invalid', 'Bad code', { status: 400 }),
      ready: 'False AuthorizationFailed',
      sentAgain: false,
    },
    {
      name: 'unauthorized',
      because: 'the account has to be verified before anybody else uses it',
      error: remoteError('unauthorized', 'No', { status: 401 }),
      ready: 'False AuthorizationFailed',
      sentAgain: false,
      suspicions: 1,
    },
    {
      name: 'not understood',
      because: 'something may have been made, so that the code counts as spent',
      error: remoteError('unexpected', 'A page', { status: 404 }),
      ready: 'False AuthorizationFailed',
      sentAgain: false,
    },
    {
      name: 'no connection',
      because: 'nothing was sent; nobody has to consent anew for a network that was down',
      error: remoteError('unavailable', 'Connection refused', { processed: 'no' }),
      ready: 'False RemoteError',
      sentAgain: true,
    },
    {
      name: 'throttled by Open Connectors itself',
      because: 'its own 429 says that nothing was processed',
      error: remoteError('throttled', 'Slow down', { status: 429, retryAfterMs: 7_000, processed: 'no' }),
      ready: 'False Throttled',
      sentAgain: true,
    },
    {
      name: 'throttled by the provider',
      because: 'the code has reached the provider',
      error: remoteError('throttled', 'Slow down', { status: 429, retryAfterMs: 7_000 }),
      ready: 'False AuthorizationFailed',
      sentAgain: false,
    },
  ];
  test.each(cases)('$name: $because', async ({ error, ready, sentAgain, suspicions = 0 }) => {
    const it = bench({
      connector: connector(),
      answers: workingRemote(new Map(), { createInstance: refusing(error) }),
    });
    const creations = (): number => it.calls.filter(([name]) => name === 'createInstance').length;

    await reconcileOnce(it);

    expect(readiness(it)).toBe(ready);
    expect(creations()).toBe(1);
    expect(it.suspicions()).toBe(suspicions);

    await it.clock.advance(MINUTE);
    await reconcileOnce(it);
    expect(creations()).toBe(sentAgain ? 2 : 1);
  });

  const GRACE = SETTINGS.searchGraceMs;
  test.each([
    ['no connection', { processed: 'no' }, 0, GRACE],
    ['a 429', { processed: 'no', status: 429, retryAfterMs: GRACE - 1 }, 1, GRACE],
    [
      'a 429 with a long Retry-After',
      { processed: 'no', status: 429, retryAfterMs: GRACE + 1 },
      1,
      GRACE + 1,
    ],
  ] as const)(
    '%s is recorded as not processed, with the time of the next send',
    async (_what, details, sends, waitMs) => {
      const error = remoteError('throttled', 'No', details);
      const it = bench({
        connector: connector(),
        answers: workingRemote(new Map(), { createInstance: refusing(error) }),
      });

      await reconcileOnce(it);

      expect(parseRecord(it.stored().metadata.annotations?.[ANNOTATIONS.attempt])).toMatchObject({
        sends,
        unprocessed: { notBefore: new Date(NOW + waitMs).toISOString() },
      });
    },
  );

  test.each([
    ['leaves', GRACE, 1],
    ['does not leave, and is sent later', GRACE + 1, 0],
  ] as const)('a code %s when its record took %i ms to write', async (_what, writeMs, sent) => {
    const it = bench({
      connector: connector(),
      answers: workingRemote(new Map()),
      onPatchMetadata: () => it.clock.setWall(NOW + writeMs),
    });
    const creations = () => it.calls.filter(([name]) => name === 'createInstance').length;

    await reconcileOnce(it);
    expect(creations()).toBe(sent);

    await it.clock.advance(MINUTE);
    await reconcileOnce(it);
    expect(creations()).toBe(1);
    expect(readiness(it)).toBe('True Succeeded');
  });

  test.each([
    ['is not sent again after a 429: using it replaces it', { processed: 'no', status: 429 }, 1],
    ['is sent again where no byte of it left', { processed: 'no' }, 2],
  ] as const)('a refresh token %s', async (_what, details, sent) => {
    const it = bench({
      connector: connector({
        oauth: { authorizationCodeSecretRef: undefined, refreshTokenSecretRef: { name: 'crm-token' } },
      }),
      secrets: { 'crm-token': secretRead({ refresh_token: 'a refresh token' }) },
      answers: workingRemote(new Map(), {
        createInstance: refusing(remoteError('throttled', 'Slow down', details)),
      }),
    });

    await reconcileOnce(it);
    await it.clock.advance(MINUTE);
    await reconcileOnce(it);

    expect(it.calls.filter(([name]) => name === 'createInstance')).toHaveLength(sent);
  });

  test.each([
    ['no instance', { status: 400, processed: 'refused' }, 'no'],
    ['perhaps an instance', { status: 400 }, 'unknown'],
  ] as const)('a refusal left %s behind', async (_what, details, created) => {
    const it = bench({
      connector: connector(),
      answers: workingRemote(new Map(), { createInstance: refusing(remoteError('invalid', 'No', details)) }),
    });
    await reconcileOnce(it);
    expect(it.ports.memory.recall(UID).refused).toMatchObject({ created });
  });

  test('an answer that was lost is searched for, twice, and the instance found', async () => {
    const instances = new Map<number, Instance>();
    const working = workingRemote(instances);
    const it = bench({
      connector: connector(),
      answers: workingRemote(instances, {
        createInstance: (body: never) => {
          working.createInstance?.(body);
          throw remoteError('ambiguous', 'reset', { status: 502 });
        },
      }),
    });

    const { actions: steps } = await reconcileOnce(it);

    expect(steps.filter((action) => action === 'create' || action === 'search')).toEqual([
      'create',
      'search',
    ]);
    expect(readiness(it)).toBe('True Succeeded');
    expect(instances.size).toBe(1);
    expect(it.stored().status?.authorization?.authorizedAt).toBeDefined();
  });

  test('an answer that was lost, with nothing made, ends in a request for a new code after the deadline', async () => {
    const it = bench({
      connector: connector(),
      answers: workingRemote(new Map(), { createInstance: refusing(remoteError('ambiguous', 'reset')) }),
    });

    const first = await reconcileOnce(it);
    expect(readiness(it)).toBe('False SearchingInstance');
    expect(first.outcome).toEqual({ kind: 'again', afterMs: SETTINGS.searchGraceMs });

    await it.clock.advance(SETTINGS.searchGraceMs);
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False SearchingInstance');

    await it.clock.advance(SETTINGS.createDeadlineMs);
    const last = await reconcileOnce(it);
    expect(last.actions).toContain('search');
    expect(readiness(it)).toBe('False CredentialUsed');
    expect(it.calls.filter(([name]) => name === 'createInstance')).toHaveLength(1);
  });

  test('after a crash between the record and the answer nothing is sent again', async () => {
    const instances = new Map<number, Instance>();
    const it = bench({
      connector: connector(),
      answers: workingRemote(instances, {
        createInstance: () => {
          throw new KubeError('network', 'the process dies here');
        },
      }),
    });
    await expect(reconcileOnce(it)).rejects.toThrow('dies');

    const restarted = bench({ connector: it.stored(), answers: workingRemote(instances) });
    await reconcileOnce(restarted);
    expect(readiness(restarted)).toBe('False SearchingInstance');
    await restarted.clock.advance(SETTINGS.createDeadlineMs + SETTINGS.searchGraceMs);
    await reconcileOnce(restarted);
    expect(readiness(restarted)).toBe('False CredentialUsed');
    const sent = restarted.calls.filter(([name]) => /create|reauthorize/.test(name));
    expect(sent).toEqual([]);
  });

  test('after a crash between the answer and the status the instance is found by its tag', async () => {
    const made = instance(ID);
    const subject = connector({
      metadata: { finalizers: [FINALIZER] },
      annotations: { attempt: attempt({ at: new Date(NOW - SECOND).toISOString() }) },
    });
    const it = bench({
      connector: subject,
      listed: [made],
      answers: workingRemote(new Map([[ID, made]])),
    });

    const { actions: steps } = await reconcileOnce(it);

    expect(steps).not.toContain('create');
    expect(readiness(it)).toBe('True Succeeded');
    expect(it.stored().status?.instance?.id).toBe(ID);
  });
});

describe('a new authorization', () => {
  const revoked = () => ({
    subject: settledConnector({
      annotations: { attempt: attempt() },
      status: unverifiedStatus(ID),
    }),
    instances: new Map([[ID, instance(ID)]]),
    secrets: { ...STORED, 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) },
  });

  test('keeps the id, and is only sought after the account has proven itself', async () => {
    const { subject, instances, secrets } = revoked();
    let accepted = false;
    const working = workingRemote(instances);
    const it = bench({
      connector: subject,
      secrets,
      listed: [...instances.values()],
      answers: {
        ...working,
        pingInstance: () =>
          accepted ? 'answered' : refusing(remoteError('unauthorized', 'invalid_grant'))(),
        reauthorizeInstance: (...values: never[]) => {
          accepted = true;
          return working.reauthorizeInstance?.(...values);
        },
      },
    });

    const { actions: steps } = await reconcileOnce(it);

    expect(steps.filter((action) => !action.endsWith('secret'))).toEqual([
      'ping',
      'verify-account',
      'reauthorize',
      'ping',
    ]);
    expect(it.calls.map(([name]) => name)).toEqual([
      'pingInstance',
      'organization',
      'readInstance',
      'readInstance',
      'reauthorizeInstance',
      'pingInstance',
    ]);
    expect([...instances.keys()]).toEqual([ID]);
    expect(it.events.map(({ reason }) => reason)).toContain('Reauthorized');
    expect(readiness(it)).toBe('True Succeeded');
  });

  test("is not sought when it is the account's credentials that are refused", async () => {
    const { subject, instances, secrets } = revoked();
    const it = bench({
      connector: subject,
      secrets,
      listed: [...instances.values()],
      answers: {
        pingInstance: refusing(remoteError('unauthorized')),
        organization: refusing(remoteError('unauthorized')),
      },
    });

    await reconcileOnce(it);

    expect(readiness(it)).toBe('False AccountUnauthorized');
    expect(it.suspicions()).toBe(1);
    expect(it.calls.map(([name]) => name)).toEqual(['pingInstance', 'organization']);
  });

  test('is not sent to an instance that another owner took over in the meantime', async () => {
    const { subject, instances, secrets } = revoked();
    let reads = 0;
    const it = bench({
      connector: subject,
      secrets,
      listed: [...instances.values()],
      answers: workingRemote(instances, {
        pingInstance: refusing(remoteError('unauthorized', 'invalid_grant')),
        readInstance: () => instance(ID, { tags: reads++ === 0 ? TAGS.own : TAGS.otherResource }),
      }),
    });

    await reconcileOnce(it);

    expect(readiness(it)).toBe('False ForeignOwner');
    expect(it.calls.filter(([name]) => name === 'reauthorizeInstance')).toEqual([]);
    expect(parseRecord(it.stored().metadata.annotations?.[ANNOTATIONS.attempt])).toEqual(
      parseRecord(attempt()),
    );
  });

  test('refused leaves the instance as it is', async () => {
    const { subject, instances, secrets } = revoked();
    const it = bench({
      connector: subject,
      secrets,
      listed: [...instances.values()],
      answers: workingRemote(instances, {
        pingInstance: refusing(remoteError('unauthorized', 'invalid_grant')),
        reauthorizeInstance: refusing(remoteError('invalid', 'Bad code', { status: 400 })),
      }),
    });

    await reconcileOnce(it);

    expect(readiness(it)).toBe('False AuthorizationFailed');
    expect(it.calls.filter(([name]) => name === 'reauthorizeInstance')).toHaveLength(1);
    expect(instances.get(ID)).toEqual(instance(ID));
  });
});

test('a reconcile searches by the tag of the owner', async () => {
  const it = bench({
    connector: connector(),
    answers: workingRemote(new Map(), { createInstance: refusing(remoteError('ambiguous', 'reset')) }),
  });
  await reconcile(it.ports, it.stored(), new AbortController().signal);
  expect(it.calls).toContainEqual(['listInstancesByTag', OWN.owner]);
});
