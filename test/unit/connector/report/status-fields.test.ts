import { describe, expect, it } from 'vitest';
import type { ConnectorStatus, InfusionsoftConnector } from '../../../../src/api/connector.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import {
  importIdOf,
  instanceStatusOf,
  statusAfterSwitch,
  statusWithInstance,
} from '../../../../src/connector/report/instance-status.ts';
import { report } from '../../../../src/connector/report/report.ts';
import { type StatusUpdate, summarize } from '../../../../src/connector/report/summarize.ts';
import {
  attempt,
  CALLBACK,
  connector,
  digest as digestOf,
  HELD,
  readyStatus,
  UID,
} from '../../../support/builders/connector.ts';
import { ID, input, settledConnector, settledInput } from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { bench } from '../../../support/builders/ports.ts';
import { secretAbsent, secretUnread } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';

const NEW = 5_000;
const READY = { kind: 'ready', reason: 'Succeeded', message: 'Ready.', again: NOW + MINUTE } as const;
const PENDING = {
  ...READY,
  pending: { reason: 'AuthorizationRequired', message: 'Open the page.', again: NOW + MINUTE },
} as const;
const blocked = (condition: 'Authorized' | 'Synced' | 'Ready' | 'SecretsResolved' = 'Synced') =>
  ({
    kind: 'blocked',
    condition,
    reason: condition === 'SecretsResolved' ? 'SecretNotFound' : 'RemoteError',
    message: 'Because.',
    retry: { kind: 'on-change' },
  }) as const;
const after = (subject: ConnectorInput, result: StatusUpdate = READY): ConnectorStatus =>
  summarize(subject, result, 0.5);
const reasonsOf = ({ conditions = [] }: ConnectorStatus): Record<string, string> =>
  Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
const INVALID = { spec: { encryptedKeySecretRef: undefined } };

describe('the start page in status', () => {
  const page = {
    startUrl: 'https://connect.example.com/connect/team-a/crm',
    codeSecretName: 'crm-consent-code',
  };
  const offering = (status?: ConnectorStatus, log: Parameters<typeof input>[0] = {}) =>
    input({
      connector: connector({
        oauth: { authorizationCodeSecretRef: undefined },
        ...(status !== undefined && { status }),
      }),
      settings: { ownCallbackUrl: CALLBACK },
      secrets: { 'crm-consent-code': secretUnread({ owners: [UID] }) },
      ...log,
    });
  const shown = (subject: ConnectorInput, result: StatusUpdate) => {
    const { startUrl, codeSecretName } = after(subject, result).authorization ?? {};
    return { startUrl, codeSecretName };
  };
  const none = { startUrl: undefined, codeSecretName: undefined };
  const earlier = readyStatus(ID, { instance: undefined, authorization: page });

  it.each<[string, ConnectorInput, StatusUpdate, object]>([
    ['while a consent is required', offering(), blocked('Authorized'), page],
    ['while another consent is pending', offering(), PENDING, page],
    [
      'not while the Secret of its code is not ours',
      offering(undefined, { secrets: { 'crm-consent-code': secretUnread() } }),
      blocked('Authorized'),
      none,
    ],
    [
      'not where no page offers the consent, although the Secret of its code is left',
      offering(undefined, { settings: { ownCallbackUrl: undefined } }),
      blocked('Authorized'),
      none,
    ],
    ['no more when the resource is Ready', offering(earlier), READY, none],
    ['as before while another condition blocks', offering(earlier), blocked(), page],
    ['not before it was asked for', offering(), blocked(), none],
    ['no more after a grant was accepted', offering(earlier, { log: { authorized: true } }), blocked(), none],
    [
      'no more where no page offers the consent',
      input({ connector: connector({ status: earlier }) }),
      blocked(),
      none,
    ],
    [
      'as before while the spec is invalid',
      input({ connector: connector({ ...INVALID, status: earlier }) }),
      blocked('Ready'),
      page,
    ],
  ])('is shown %s', (_title, subject, result, expected) => {
    expect(shown(subject, result)).toEqual(expected);
  });
});

describe('the authorization in status', () => {
  const record = attempt({ at: at(-MINUTE) });
  const recorded = (status: ConnectorStatus | undefined, change: Parameters<typeof input>[0] = {}) =>
    input({
      connector: connector({
        metadata: HELD,
        annotations: { attempt: record },
        ...(status !== undefined && { status }),
      }),
      instances: [instance(NEW, { createdAt: at(0) })],
      ...change,
    });
  const grantOf = (subject: ConnectorInput, result: StatusUpdate = READY) =>
    after(subject, result).authorization?.grant;
  const { record: parsed } = recorded(undefined);
  const digest = parsed?.digest ?? '';

  it('has the grant of an instance that works, whose answer was lost', () => {
    expect(grantOf(recorded(undefined))).toBe(digest);
    expect(after(recorded(undefined)).authorization?.authorizedAt).toBe(second(0));
  });

  it.each<[string, ConnectorInput, StatusUpdate]>([
    ['the reconcile is blocked', recorded(undefined), blocked()],
    ['another consent is pending', recorded(undefined), PENDING],
    [
      'it was refused',
      recorded(undefined, { memory: { refused: { digest, message: 'x', created: 'no' } } }),
      READY,
    ],
    [
      'it was not processed',
      input({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(-MINUTE), unprocessed: { notBefore: at(0) } }) },
        }),
        instances: [instance(NEW, { createdAt: at(0) })],
      }),
      READY,
    ],
    ['there is no instance', recorded(undefined, { instances: [] }), READY],
    ['the instance does not exist', recorded(readyStatus(ID), { instances: [], gone: [ID] }), READY],
    [
      'the instance is older',
      recorded(undefined, { instances: [instance(NEW, { createdAt: at(-60 * MINUTE) })] }),
      READY,
    ],
  ])('has no new grant where %s', (_title, subject, result) => {
    const fresh = { ...subject.connector.status, authorization: undefined };
    expect(
      grantOf({ ...subject, connector: { ...subject.connector, status: fresh } }, result),
    ).toBeUndefined();
  });

  it('has no new grant where an earlier code created the instance in use', () => {
    const earlier = {
      kind: 'code',
      digest: digestOf('earlier'),
      at: at(-2 * MINUTE),
      created: 'one',
    } as const;
    const attempted = attempt({ at: at(-MINUTE), spent: [earlier] });
    const authorization = { authorizedAt: second(-MINUTE), grant: earlier.digest };
    const subject = connector({
      metadata: HELD,
      annotations: { attempt: attempted },
      status: readyStatus(ID, { authorization }),
    });
    const found = instance(ID, { createdAt: at(-30 * SECOND) });
    expect(grantOf(input({ connector: subject, instances: [found] }))).toBe(earlier.digest);
  });

  it('keeps the time of a grant that is known', () => {
    const known = readyStatus(ID, { authorization: { authorizedAt: second(-MINUTE), grant: digest } });
    const subject = recorded(known, { log: { authorized: true } });
    expect(after(subject).authorization).toMatchObject({ authorizedAt: second(-MINUTE), grant: digest });
  });
});

describe('the events in status', () => {
  const events = {
    callbackUrl: 'https://events.example.com/x',
    signatureKeySecretRef: { name: 'crm-events' },
    resources: ['orders', 'contacts'],
  } as const satisfies NonNullable<InfusionsoftConnector['spec']['events']>;
  const rest = {
    connector: 'infusionsoftrest',
    encryptedKeySecretRef: undefined,
    server: undefined,
  } as const;
  const enabled = { type: 'patch', id: ID, reason: 'Updated' } as const;
  const subject = (
    spec: object,
    status: ConnectorStatus | undefined,
    configuration?: Record<string, string>,
  ) => {
    const of = input({
      connector: connector({ spec: { ...rest, ...spec }, ...(status !== undefined && { status }) }),
    });
    return configuration === undefined
      ? of
      : {
          ...of,
          log: [{ action: { ...enabled, patch: { configuration } }, outcome: { kind: 'done' } as const }],
        };
  };
  const now = { resources: ['contacts', 'orders'] };
  const before = readyStatus(ID, { events: { resources: ['tasks'] } });
  const changed = { 'event.poller.urls': 'contacts' };

  it.each<[string, ConnectorInput, StatusUpdate, object | undefined]>([
    ['those of the spec when Ready', subject({ events: { ...events } }, undefined), READY, now],
    ['none when Ready without them', subject({}, before), READY, undefined],
    ['as before while blocked', subject({ events: { ...events } }, before), blocked(), before.events],
    [
      'those that were sent while blocked',
      subject({ events: { ...events } }, before, changed),
      blocked(),
      now,
    ],
    [
      'as before while blocked after another field was sent',
      subject({ events: { ...events } }, before, { 'oauth.scope': 'full' }),
      blocked(),
      before.events,
    ],
    [
      'as before while blocked after they were disabled',
      subject({}, before, changed),
      blocked(),
      before.events,
    ],
  ])('are %s', (_title, of, result, expected) => {
    expect(after(of, result).events).toEqual(expected);
  });

  it('are those of the spec after a grant that carried them', () => {
    const of = subject({ events: { ...events } }, before);
    const granted = input({ connector: of.connector, log: { authorized: true } });
    expect(after(granted, blocked()).events).toEqual(now);
  });
});

describe('the conditions of a blocked reconcile', () => {
  it('say that the grant works where a call was answered or a grant accepted', () => {
    const authorized = (log: Parameters<typeof settledInput>[0]) =>
      reasonsOf(after(settledInput({ connector: { status: {} }, ...log }), blocked()))['Authorized'];
    expect(authorized({ log: { ping: 'answered' } })).toBe('True Authorized');
    expect(authorized({ log: { authorized: true } })).toBe('True Authorized');
    expect(authorized({ log: { ping: 'forbidden' } })).toBe('Unknown Progressing');
    expect(authorized({})).toBe('Unknown Progressing');
  });

  it('say that the Secrets are there only where all of them are', () => {
    const resolved = (change: Parameters<typeof input>[0]) =>
      reasonsOf(after(input(change), blocked()))['SecretsResolved'];
    expect(resolved({})).toBe('True SecretsResolved');
    expect(resolved({ secrets: { 'crm-key': secretAbsent } })).toBe('Unknown Progressing');
    expect(resolved({ connector: connector(INVALID) })).toBe('Unknown Progressing');
  });

  it('say nothing about the account while the spec is invalid', () => {
    const invalid = input({ connector: connector(INVALID) });
    expect(reasonsOf(after(invalid, blocked('Ready')))['AccountReady']).toBe('Unknown Progressing');
  });

  it('show why the account does not work', () => {
    const account = { state: 'blocked', reason: 'AccountNotReady', message: 'x.', stalled: false } as const;
    expect(reasonsOf(after(input({ account }), blocked()))['AccountReady']).toBe('False AccountNotReady');
  });

  it('are Stalled for a Secret that is missing for long, and for no other reason', () => {
    expect(reasonsOf(after(settledInput({ now: NOW + 60 * MINUTE }), blocked()))).not.toHaveProperty(
      'Stalled',
    );
  });

  it('show a pending consent beside Ready', () => {
    expect(reasonsOf(after(settledInput(), PENDING))).toMatchObject({
      Ready: 'True Succeeded',
      AuthorizationPending: 'True AuthorizationRequired',
    });
    expect(reasonsOf(after(settledInput(), READY))).not.toHaveProperty('AuthorizationPending');
  });
});

describe('the instance in status', () => {
  const subject = settledInput();
  const enabledOf = (disabled: boolean | undefined) =>
    statusWithInstance(input(), instance(NEW, { disabled })).instance?.enabled;

  it('is enabled, disabled, or neither where the response leaves it out', () => {
    expect([enabledOf(false), enabledOf(true), enabledOf(undefined)]).toEqual([true, false, undefined]);
    const switched = (disabled: boolean | undefined) =>
      statusAfterSwitch(subject, {
        to: instance(NEW, { disabled }),
        from: { id: ID, connector: 'infusionsoftcrm', as: { kind: 'next' } },
      }).instance?.enabled;
    expect([switched(false), switched(true), switched(undefined)]).toEqual([true, false, undefined]);
  });

  it('has the element that is shown, else the recorded one', () => {
    const element = (id: number, shown: string | undefined) =>
      instanceStatusOf(subject, instance(id, { element: shown }), true).connector;
    expect([element(ID, 'infusionsoftrest'), element(ID, undefined), element(NEW, undefined)]).toEqual([
      'infusionsoftrest',
      'infusionsoftcrm',
      'infusionsoftcrm',
    ]);
  });

  it('has no field that is not known, and the time of its own disabling', () => {
    const unknown = instanceStatusOf(subject, instance(NEW, { createdAt: undefined }), undefined);
    expect(Object.keys(unknown)).toEqual(['id', 'name', 'connector', 'account']);
    const disabled = settledInput({
      connector: {
        status: readyStatus(ID, { instance: { id: ID, enabled: false, disabledAt: second(-MINUTE) } }),
      },
    });
    expect(instanceStatusOf(disabled, instance(ID), false).disabledAt).toBe(second(-MINUTE));
    expect(instanceStatusOf(disabled, instance(NEW), false).disabledAt).toBe(second(0));
  });

  it('needs an account', () => {
    const closed = input({ account: { state: 'unknown' } });
    expect(() => instanceStatusOf(closed, instance(ID), true)).toThrow('without an account');
  });

  it('is not one that only carries tags of another, or none', () => {
    const found = (tags: readonly string[] | undefined) =>
      after(
        input({
          connector: connector({ spec: { instance: { importId: NEW } } }),
          instances: [instance(NEW, { tags })],
        }),
        blocked(),
      ).instance?.id;
    expect([found(TAGS.own), found(TAGS.none), found(undefined), found(TAGS.namesake)]).toEqual([
      NEW,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is kept with those beside it while the spec is invalid', () => {
    const status = readyStatus(ID, {
      next: { id: NEW, connector: 'infusionsoftrest' },
      binding: { name: 'old' },
    });
    const invalid = input({ connector: connector({ ...INVALID, status }), gone: [ID, NEW] });
    expect(after(invalid, blocked('Ready'))).toMatchObject({
      instance: { id: ID },
      next: { id: NEW },
      binding: { name: 'old' },
    });
  });

  it('keeps what it was left at where a blocked reconcile did not come to it', () => {
    const left = (enabled: boolean | undefined, disabled: boolean | undefined, result: StatusUpdate) =>
      after(
        settledInput({
          connector: {
            status: readyStatus(ID, { instance: { id: ID, ...(enabled !== undefined && { enabled }) } }),
          },
          instances: [instance(ID, { disabled })],
        }),
        result,
      ).instance?.enabled;
    expect(left(false, false, blocked())).toBe(false);
    expect(left(false, false, READY)).toBe(true);
    expect(left(undefined, false, blocked())).toBe(true);
    expect(left(true, undefined, READY)).toBe(true);
  });

  it('was imported only where status names it', () => {
    const imported = (id: number, status: ConnectorStatus = readyStatus(ID)) =>
      importIdOf(input({ connector: connector({ spec: { instance: { importId: id } }, status }) }));
    expect([imported(ID), imported(NEW), imported(NEW, readyStatus(ID, { importId: 7 }))]).toEqual([
      ID,
      undefined,
      7,
    ]);
  });
});

describe('the report of a reconcile', () => {
  const settled = (change: Parameters<typeof settledConnector>[0] = {}) => {
    const subject = bench({ connector: settledConnector(change), listed: [instance(ID)] });
    return { ...subject, of: { ...settledInput(), connector: subject.stored() } };
  };
  const messageOf = ({ stored }: ReturnType<typeof settled>) =>
    stored().status?.conditions?.find(({ type }) => type === 'Ready')?.message;

  it.each([
    [{ spec: { suspend: true } }, 'Suspended by spec.suspend. Set it to false to resume.'],
    [
      { spec: { suspend: true }, metadata: { suspendManager: 'flux' } },
      'Suspended by spec.suspend (set by "flux"). Set it to false to resume.',
    ],
    [
      { annotations: { paused: 'maintenance' } },
      'Suspended by the annotation openconnectors.dev/paused (maintenance). Remove it to resume.',
    ],
    [
      { annotations: { paused: 'true' } },
      'Suspended by the annotation openconnectors.dev/paused. Remove it to resume.',
    ],
  ])('says who suspended it: %j', async (change, message) => {
    const it = settled(change);
    await expect(report(it.ports, it.of, { kind: 'suspended' })).resolves.toEqual({ kind: 'done' });
    expect(messageOf(it)).toBe(message);
  });

  it('remembers the input of the first reconcile that is not due, and of every one that writes', async () => {
    const it = settled();
    const { memory } = it.ports;
    await report(it.ports, it.of, { kind: 'not-due', time: NOW });
    expect(memory.inputHash(UID)).toBeTypeOf('string');
    memory.rememberInputHash(UID, 'earlier');
    await report(it.ports, it.of, { kind: 'not-due', time: NOW });
    expect(memory.inputHash(UID)).toBe('earlier');
    await report(it.ports, it.of, blocked());
    expect(memory.inputHash(UID)).not.toBe('earlier');
  });

  it('waits for a change without a time, and for nothing', async () => {
    const it = settled();
    await expect(report(it.ports, it.of, blocked())).resolves.toEqual({ kind: 'done' });
    await expect(report(it.ports, it.of, { kind: 'cache-not-synced' })).resolves.toEqual({ kind: 'done' });
    const now = { ...it.of, connector: it.stored() };
    await expect(report(it.ports, now, READY)).resolves.toEqual({ kind: 'again', afterMs: MINUTE });
  });

  it.each([
    [readyStatus(ID), `Abandoned instance ${ID}: too late.`],
    [
      readyStatus(ID, { instance: undefined }),
      'Abandoned the resource without a recorded instance: too late.',
    ],
  ])('says what was abandoned', async (status, text) => {
    const it = settled({ status });
    const of = { ...it.of, connector: it.stored() };
    await report(it.ports, of, { kind: 'released', abandoned: 'too late.' });
    expect(it.events).toMatchObject([{ reason: 'Abandoned', message: expect.stringContaining(text) }]);
  });

  it('has no event of a resource that is released without any', async () => {
    const it = settled();
    await expect(report(it.ports, it.of, { kind: 'released' })).resolves.toEqual({ kind: 'released' });
    expect(it.events).toEqual([]);
  });
});
