import { describe, expect, test } from 'vitest';
import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { ANNOTATIONS } from '../../../src/api/group.ts';
import {
  type AuthorizationResponse,
  responseData,
} from '../../../src/authorization/authorization-response.ts';
import { type ConsentRequest, consentRequestHash } from '../../../src/authorization/consent-request.ts';
import type { Instance } from '../../../src/openconnectors/port.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';
import {
  ACCOUNT,
  attempt,
  CALLBACK,
  type ConnectorChange,
  connector,
  digest,
  UID,
} from '../../support/builders/connector.ts';
import { ID, remoteError, SETTINGS, settledConnector } from '../../support/builders/input.ts';
import { instance } from '../../support/builders/instance.ts';
import { type Bench, bench } from '../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../support/builders/reconcile.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { secretRead, VALUES } from '../../support/builders/secrets.ts';
import { at } from '../../support/builders/time.ts';

const CODE = 'code-of-the-consent';
const START = 'https://connect.example.com/connect/team-a/crm';
const SUBJECT: ConsentRequest = {
  accountUid: ACCOUNT.uid,
  baseUrl: ACCOUNT.baseUrl,
  connector: 'infusionsoftcrm',
  server: 'dt123.infusionsoft.com',
  clientId: VALUES.clientId,
  callbackUrl: CALLBACK,
  scope: 'full',
};
const OWN_PAGE = { ownCallbackUrl: CALLBACK } as const;
const BY_PAGE = { authorizationCodeSecretRef: undefined, callbackUrl: undefined } as const;

/** A connector with the consent page. */
const byPage = (change: ConnectorChange = {}): InfusionsoftConnector =>
  connector({ ...change, oauth: { ...BY_PAGE, ...change.oauth } });

/** The authorization code Secret with a response of the provider. */
function grant(answer: Partial<AuthorizationResponse> = {}, owners: readonly string[] = [UID]): SecretFact {
  const whole = {
    kind: 'code',
    code: CODE,
    consent: consentRequestHash(SUBJECT),
    ...answer,
  } as AuthorizationResponse;
  return secretRead(responseData(whole), { owners, resourceVersion: '77' });
}

const oneTimeCode = (owners: readonly string[] = [UID]): SecretFact =>
  secretRead({ code: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEEE' }, { owners });

interface Setting {
  readonly connector?: InfusionsoftConnector;
  readonly secrets?: Readonly<Record<string, SecretFact>>;
  readonly answers?: Parameters<typeof workingRemote>[1];
  readonly instances?: Map<number, Instance>;
}

function waiting({
  connector: subject = byPage(),
  secrets = {},
  answers,
  instances = new Map(),
}: Setting = {}): Bench {
  return bench({
    connector: subject,
    settings: OWN_PAGE,
    answers: workingRemote(instances, answers),
    secrets: { 'crm-consent-code': oneTimeCode(), ...secrets },
    listed: [...instances.values()],
  });
}

const message = ({ stored }: Bench): string =>
  stored().status?.conditions?.find(({ type }) => type === 'Authorized')?.message ?? '';
const sent = ({ calls }: Bench): string[] =>
  calls.flatMap(([operation]) => (/^(create|reauthorize)/.test(operation) ? [operation] : []));

describe('a connector with the consent page', () => {
  test('gets a Secret with a one-time code, and a message with the page and the Secret', async () => {
    const it = bench({ connector: byPage(), settings: OWN_PAGE });
    await reconcileOnce(it);
    expect(it.writes.map(([what]) => what)).toEqual(['create secret crm-consent-code', 'status']);
    expect(readiness(it)).toBe('False AuthorizationRequired');
    expect(message(it)).toBe(
      `Waiting for OAuth consent. Open ${START} with the code in Secret "crm-consent-code".`,
    );
    expect(it.stored().status?.authorization).toEqual({
      startUrl: START,
      codeSecretName: 'crm-consent-code',
    });
    const again = await reconcileOnce(it);
    expect(again.actions.filter((step) => step !== 'read-secret')).toEqual([]);
  });

  test('gets the renamed Secret after an upgrade, and the old one is deleted', async () => {
    const it = waiting({
      secrets: { 'crm-consent-code': { state: 'absent' }, 'crm-enrolment': oneTimeCode() },
    });
    await reconcileOnce(it);
    expect(it.writes.map(([what]) => what)).toEqual([
      'create secret crm-consent-code',
      'delete secret crm-enrolment',
      'status',
    ]);
    expect(it.stored().status?.authorization?.codeSecretName).toBe('crm-consent-code');
  });

  test.each<[string, ConnectorChange]>([
    ['it names a Secret with a code', { oauth: { authorizationCodeSecretRef: { name: 'crm-code' } } }],
    [
      'it names a Secret with a refresh token',
      { oauth: { refreshTokenSecretRef: { name: 'crm-code', key: 'code' } } },
    ],
    ['it names another callback URL', { oauth: { callbackUrl: 'https://other.example.com/cb' } }],
  ])('gets no one-time code where %s', async (_why, change) => {
    const it = bench({ connector: byPage(change), settings: OWN_PAGE, answers: workingRemote(new Map()) });
    await reconcileOnce(it);
    expect(it.writes.map(([what]) => what)).not.toContain('create secret crm-consent-code');
    expect(it.stored().status?.authorization?.startUrl).toBeUndefined();
  });

  test('gets a one-time code where it names the callback URL of the operator', async () => {
    const it = bench({ connector: byPage({ oauth: { callbackUrl: CALLBACK } }), settings: OWN_PAGE });
    await reconcileOnce(it);
    expect(it.stored().status?.authorization?.startUrl).toBe(START);
  });

  test.each(['crm-consent-code', 'crm-grant'])(
    'does not touch a Secret %s that it does not own',
    async (name) => {
      const it = waiting({
        secrets: { [name]: secretRead({ code: 'theirs' }, { owners: ['another-uid'] }) },
      });
      await reconcileOnce(it);
      expect(readiness(it)).toBe('False CodeSecretConflict');
      expect(message(it)).toContain(name);
      expect(it.reads).not.toContain(name);
      expect(it.writes.map(([what]) => what)).toEqual(['status']);
    },
  );

  test('does not use its connection Secret for the consent', async () => {
    const it = waiting({
      connector: byPage({ spec: { connectionSecretRef: { name: 'crm-consent-code' } } }),
    });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False CodeSecretConflict');
  });
});

describe('a code from the page', () => {
  test('is sent, and all Secrets of the consent are deleted', async () => {
    const it = waiting({
      secrets: { 'crm-grant': grant(), 'crm-consent': secretRead({}, { owners: [UID] }) },
    });
    const { actions: steps } = await reconcileOnce(it);
    const order = [
      'create',
      'ping',
      'remove-secret',
      'remove-secret',
      'remove-secret',
      'write-connection-secret',
    ];
    expect(steps.filter((step) => step !== 'read-secret')).toEqual(order);
    expect(readiness(it)).toBe('True Succeeded');
    expect(
      [...it.secrets.keys()].filter((name) => /-(grant|enrolment|consent-code|consent)$/.test(name)),
    ).toEqual([]);
    expect(Object.keys(it.stored().status?.authorization ?? {})).toEqual(['authorizedAt', 'grant']);
    expect(it.calls[0]).toMatchObject(['createInstance', { grant: { kind: 'code', code: CODE } }]);
  });

  test('is discarded after a crash if it was sent, and requested again', async () => {
    const announced = attempt({ digest: digest(CODE), absentAt: at(-1_000) });
    const it = waiting({
      connector: byPage({ annotations: { attempt: announced } }),
      secrets: { 'crm-grant': grant() },
    });
    const { actions: steps } = await reconcileOnce(it);
    expect(steps).toContain('remove-secret');
    expect(sent(it)).toEqual([]);
    expect(readiness(it)).toBe('False AuthorizationRequired');
  });

  test.each<[string, Partial<ConsentRequest>]>([
    ['another Infusionsoft account', { server: 'dt999.infusionsoft.com' }],
    ['another OAuth app', { clientId: 'another' }],
    ['another account of Open Connectors', { accountUid: 'another' }],
    ['another address of Open Connectors', { baseUrl: 'https://another.example.com' }],
    ['another connector', { connector: 'infusionsoftrest' }],
  ])('is never sent if it was granted for %s', async (_what, change) => {
    const it = waiting({
      secrets: { 'crm-grant': grant({ consent: consentRequestHash({ ...SUBJECT, ...change }) }) },
    });
    await reconcileOnce(it);
    expect(sent(it)).toEqual([]);
    expect(it.secrets.has('crm-grant')).toBe(false);
    expect(readiness(it)).toBe('False AuthorizationRequired');
  });

  test('is discarded if it is invalid', async () => {
    const it = waiting({ secrets: { 'crm-grant': secretRead({ other: 'x' }, { owners: [UID] }) } });
    await reconcileOnce(it);
    expect(it.secrets.has('crm-grant')).toBe(false);
    expect(readiness(it)).toBe('False AuthorizationRequired');
  });

  test('is reported with the reason if it is refused, and requested again', async () => {
    const answers = {
      createInstance: () => {
        throw remoteError('invalid', 'the code is too old', { status: 400 });
      },
    };
    const it = waiting({ secrets: { 'crm-grant': grant() }, answers });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False AuthorizationFailed');
    expect(message(it)).toContain('the code is too old');
    expect(message(it)).toContain(START);
    await reconcileOnce(it);
    expect(sent(it)).toEqual(['createInstance']);
  });

  test('is kept and sent later if Open Connectors was not reachable', async () => {
    const failures = [remoteError('unavailable', 'no connection', { processed: 'no' })];
    const instances = new Map<number, Instance>();
    const it = waiting({
      secrets: { 'crm-grant': grant() },
      instances,
      answers: {
        createInstance: () => {
          const failure = failures.shift();
          if (failure !== undefined) {
            throw failure;
          }
          const made = instance(ID);
          instances.set(ID, made);
          return made;
        },
      },
    });
    await reconcileOnce(it);
    expect(it.secrets.get('crm-grant')).toMatchObject({ state: 'read', owners: [UID] });
    await it.clock.advance(60_000);
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
    expect(it.secrets.has('crm-grant')).toBe(false);
  });

  test('is used if a newer one arrives while it is sent, and the newer one is deleted', async () => {
    const instances = new Map<number, Instance>();
    const it: Bench = waiting({
      secrets: { 'crm-grant': grant() },
      instances,
      answers: {
        createInstance: () => {
          const newer = responseData({ kind: 'code', code: 'newer', consent: consentRequestHash(SUBJECT) });
          it.secrets.set('crm-grant', secretRead(newer, { owners: [UID], resourceVersion: '78' }));
          const made = instance(ID);
          instances.set(ID, made);
          return made;
        },
      },
    });
    await reconcileOnce(it);
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
    expect(sent(it)).toEqual(['createInstance']);
    expect(it.secrets.has('crm-grant')).toBe(false);
  });
});

describe('an error response', () => {
  test('is reported as a denial until the user consents', async () => {
    const it = waiting({ secrets: { 'crm-grant': grant({ kind: 'error', error: 'access_denied' }) } });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False AuthorizationDenied');
    expect(message(it)).toContain(START);
    it.secrets.set('crm-grant', grant());
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
  });

  test('is reported by its code', async () => {
    const it = waiting({ secrets: { 'crm-grant': grant({ kind: 'error', error: 'invalid_scope' }) } });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False AuthorizationFailed');
    expect(message(it)).toContain('"invalid_scope"');
  });
});

const pendingOf = (it: Bench) =>
  it.stored().status?.conditions?.find(({ type }) => type === 'AuthorizationPending');

describe('a requested reauthorization', () => {
  const requested = (value: string, handled?: string): InfusionsoftConnector => {
    const settled = settledConnector({ oauth: BY_PAGE });
    return {
      ...settled,
      metadata: { ...settled.metadata, annotations: { [ANNOTATIONS.reauthorizeAt]: value } },
      status: { ...settled.status, ...(handled !== undefined && { lastHandledReauthorizeAt: handled }) },
    };
  };

  test('keeps the instance, and each value of the annotation counts once', async () => {
    const instances = new Map([[ID, instance(ID)]]);
    const it = waiting({ connector: requested('monday'), instances });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
    expect(pendingOf(it)).toMatchObject({
      status: 'True',
      reason: 'AuthorizationRequired',
      message: expect.stringContaining('Reauthorization was requested'),
    });
    expect(it.stored().status?.authorization?.codeSecretName).toBe('crm-consent-code');
    expect(it.secrets.has('crm-consent-code')).toBe(true);
    const { length } = it.writes;
    await reconcileOnce(it);
    expect(it.writes).toHaveLength(length);

    it.secrets.set('crm-grant', grant());
    await reconcileOnce(it);
    expect(sent(it)).toEqual(['reauthorizeInstance']);
    expect(readiness(it)).toBe('True Succeeded');
    expect(it.stored().status?.lastHandledReauthorizeAt).toBe('monday');
    expect(it.stored().status?.instance?.id).toBe(ID);
    expect(pendingOf(it)).toBeUndefined();
    expect(it.stored().status?.authorization?.startUrl).toBeUndefined();
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
    expect(sent(it)).toEqual(['reauthorizeInstance']);
  });

  test('is not repeated for a handled value', async () => {
    const it = waiting({
      connector: requested('monday', 'monday'),
      instances: new Map([[ID, instance(ID)]]),
    });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
  });

  test('is not complete because the instance works, which it does with the old grant', async () => {
    const base = requested('monday');
    const announced = {
      ...base,
      metadata: {
        ...base.metadata,
        annotations: {
          ...base.metadata.annotations,
          [ANNOTATIONS.attempt]: attempt({ operation: 'reauthorize', digest: digest(CODE) }),
        },
      },
    };
    const it = waiting({ connector: announced, instances: new Map([[ID, instance(ID)]]) });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('True Succeeded');
    expect(pendingOf(it)?.reason).toBe('AuthorizationRequired');
    expect(it.stored().status?.authorization?.grant).not.toBe(digest(CODE));
  });

  test('that is refused leaves the connector Ready while the old grant works', async () => {
    const refuse = () => {
      throw remoteError('invalid', 'invalid code', { status: 400 });
    };
    const instances = new Map([[ID, instance(ID)]]);
    const it = waiting({
      connector: requested('monday'),
      instances,
      secrets: { 'crm-grant': grant() },
      answers: { reauthorizeInstance: refuse },
    });
    await reconcileOnce(it);
    expect(sent(it)).toEqual(['reauthorizeInstance']);
    expect(it.calls.map(([name]) => name)).toContain('pingInstance');
    expect(readiness(it)).toBe('True Succeeded');
    expect(pendingOf(it)?.reason).toBe('AuthorizationFailed');
    expect(it.stored().status?.lastHandledReauthorizeAt).toBeUndefined();
    expect(it.stored().status?.authorization?.grant).not.toBe(digest(CODE));
  });

  test('ends when the annotation is removed', async () => {
    const it = waiting({ connector: requested('monday'), instances: new Map([[ID, instance(ID)]]) });
    await reconcileOnce(it);
    expect(it.secrets.has('crm-consent-code')).toBe(true);
    it.edit((stored) => ({ ...stored, metadata: { ...stored.metadata, annotations: {} } }));
    await reconcileOnce(it);
    expect(pendingOf(it)).toBeUndefined();
    expect(it.secrets.has('crm-consent-code')).toBe(false);
  });
});

describe('a code that was accepted', () => {
  test('is not sent again where the first call through the instance is refused', async () => {
    const it = waiting({
      secrets: { 'crm-grant': grant() },
      answers: {
        pingInstance: () => {
          throw remoteError('unauthorized', 'Invalid Access Token', { status: 401 });
        },
      },
    });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False AuthorizationUnverified');
    await it.clock.advance(SETTINGS.authorizationRecheckMs);
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False AuthorizationFailed');
    expect(sent(it)).toEqual(['createInstance']);
  });
});
