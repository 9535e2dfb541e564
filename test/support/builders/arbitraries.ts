import fc from 'fast-check';
import type { ConnectorSpec, InfusionsoftConnector } from '../../../src/api/connector.ts';
import { type ConnectorInput, NO_MEMORY } from '../../../src/connector/input.ts';
import { RemoteError, type RemoteErrorClass } from '../../../src/openconnectors/errors/remote-error.ts';
import type { Instance } from '../../../src/openconnectors/port.ts';
import type { AccountView } from '../../../src/ownership/account-view.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';
import { ACCOUNT, attempt, condition, connector, digest, HELD, readyStatus, UID } from './connector.ts';
import { printOf } from './fingerprints.ts';
import { connectionMemory, type InputChange, input, READY_ACCOUNT } from './input.ts';
import { instance, NAMESAKE_UID, TAGS } from './instance.ts';
import { READ, secretRead, secretUnread, VALUES } from './secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from './time.ts';

/** Every class of remote error. */
export const ERROR_CLASSES: readonly RemoteErrorClass[] = [
  'unauthorized',
  'forbidden',
  'not-found',
  'invalid',
  'throttled',
  'unavailable',
  'ambiguous',
  'unexpected',
];

/** Ids that the generated inputs know: of the status, of `importId`, of a replacement, and others. */
const ids = fc.constantFrom(1, 2, 3, 4);
/** `usual` nine times out of ten: what ends a reconcile at once must not keep the others from being reached. */
const often = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
const moments = fc.constantFrom(-10 * MINUTE, -SECOND, 0, SECOND, 150 * SECOND, 10 * MINUTE);
const grants = fc.constantFrom(VALUES.code, 'another code', 'a third code');

/** A remote error of any class, with or without an answer behind it. */
export const remoteErrors: fc.Arbitrary<RemoteError> = fc
  .record({
    name: fc.constantFrom(...ERROR_CLASSES),
    status: fc.constantFrom(undefined, 400, 401, 404, 429, 500),
    retryAfterMs: fc.constantFrom(undefined, 0, 5_000),
    processed: fc.constantFrom('no' as const, 'refused' as const, 'unknown' as const),
  })
  .map(({ name, ...details }) => new RemoteError(name, 'The remote side said so.', details));

/** An instance of any owner, connector and state; what an answer may leave out is left out at times. */
export const instances: fc.Arbitrary<Instance> = fc
  .record({
    id: ids,
    tags: fc.constantFrom(
      TAGS.own,
      TAGS.own,
      TAGS.namesake,
      TAGS.otherCluster,
      TAGS.otherResource,
      TAGS.none,
      [],
      undefined,
    ),
    name: often('team-a-crm', 'other', ''),
    connector: often<string | undefined>('infusionsoftcrm', 'infusionsoftrest', undefined),
    disabled: often<boolean | undefined>(false, true, undefined),
    token: often<string | undefined>(VALUES.token, 'token-2', undefined),
    createdAt: fc.constantFrom<(string | undefined)[]>(
      '2026-02-01T09:00:00Z',
      at(-10 * MINUTE),
      at(0),
      undefined,
    ),
    configuration: fc.constantFrom(instance(1).configuration, undefined, { 'infusionsoft.server': 'x' }),
  })
  .map(({ id, ...change }) => instance(id, change));

const attempts: fc.Arbitrary<string | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constant('{"credential"'),
  // The keyed format of before.
  fc
    .record({ credential: grants.map(printOf), at: moments.map(at), spent: fc.constant([]) })
    .map((record) => JSON.stringify(record)),
  fc
    .record({
      digest: grants.map(digest),
      at: moments.map(at),
      kind: fc.constantFrom('code' as const, 'refresh-token' as const),
      operation: often<'create' | 'reauthorize'>('create', 'reauthorize'),
      account: often({ ...ACCOUNT }, { ...ACCOUNT, organizationId: '6000' }),
      sends: fc.constantFrom(0, 1, 3),
      unprocessed: often<{ notBefore: string } | undefined>(
        undefined,
        { notBefore: at(-SECOND) },
        { notBefore: at(SECOND) },
      ),
      absentAt: often<string | undefined>(undefined, at(-SECOND)),
      client: fc.constantFrom(undefined, printOf(VALUES.clientId), printOf('client-2')),
      spent: fc.uniqueArray(
        fc.record({
          digest: grants.map(digest),
          at: moments.map(at),
          kind: fc.constant('code' as const),
          created: fc.constantFrom('no' as const, 'one' as const, 'unknown' as const),
        }),
        { maxLength: 2, selector: (sent) => sent.digest },
      ),
    })
    .map(attempt),
);

const secretStates = (
  usual: Record<string, string>,
  ...others: readonly Record<string, string>[]
): fc.Arbitrary<SecretFact> =>
  fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: fc.constant('read') }, fc.constantFrom('unread', 'unread', 'absent')),
      often(usual, ...others),
      fc.constantFrom('1', '2'),
      fc.constantFrom([UID], [UID], [], ['another']),
    )
    .map(([state, value, resourceVersion, owners]) =>
      state === 'absent'
        ? { state: 'absent', confirmed: resourceVersion === '1' }
        : state === 'unread'
          ? secretUnread({ resourceVersion, owners })
          : secretRead(value, { resourceVersion, owners }),
    );

const secrets = fc.record({
  'crm-oauth': secretStates(
    { client_id: VALUES.clientId, client_secret: VALUES.clientSecret },
    { client_id: 'client-2', client_secret: VALUES.clientSecret },
    { client_id: VALUES.clientId, client_secret: 'rotated' },
    { client_id: '' },
  ),
  'crm-key': secretStates({ encryptedKey: VALUES.encryptedKey }, { encryptedKey: 'rotated' }, {}),
  'crm-code': secretStates({ code: VALUES.code }, { code: 'another code' }, {}, { code: ' ' }),
  'crm-connection': secretStates({ type: 'open-connectors' }, {}),
  'crm-connection-next': secretStates({ type: 'open-connectors' }, {}),
  old: secretStates({}, { a: 'b' }),
});

const accounts: fc.Arbitrary<AccountView> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(READY_ACCOUNT) },
  fc.constantFrom<AccountView>(
    { state: 'unknown' },
    { state: 'blocked', reason: 'AccountUnauthorized', message: 'It is refused.', stalled: true },
    { ...READY_ACCOUNT, organizationId: '6000' },
    { ...READY_ACCOUNT, isDefault: true },
  ),
);

/** Resources in any state that a person, a crash or an older operator may have left them in. */
export const connectors: fc.Arbitrary<InfusionsoftConnector> = fc
  .record({
    finalizer: often(true, false),
    deleted: fc.constantFrom(false, false, false, true),
    generation: fc.constantFrom(1, 1, 2),
    status: fc.constantFrom(
      undefined,
      { observedGeneration: -1 },
      readyStatus(1),
      readyStatus(1, { replacing: { id: 3, connector: 'infusionsoftrest' } }),
      readyStatus(1, {
        replacing: { id: 3, connector: 'infusionsoftrest', until: second(MINUTE) },
        lastHandledSwitchAt: '1',
      }),
      readyStatus(1, { replacing: { id: 3, connector: 'infusionsoftrest', until: second(-MINUTE) } }),
      readyStatus(1, { next: { id: 2, connector: 'infusionsoftrest' } }),
      readyStatus(1, {
        next: { id: 2, connector: 'infusionsoftrest', switchedBack: true },
        importId: 1,
        lastHandledSwitchAt: '1',
      }),
      readyStatus(1, { conditions: [condition('Authorized', 'False', 'AuthorizationRequired')] }),
      readyStatus(1, { failures: { count: 2, nextAttemptAt: second(MINUTE) } }),
      readyStatus(1, { instance: { id: 1, enabled: false } }),
      readyStatus(1, { binding: { name: 'old' }, credentials: undefined }),
    ),
    annotations: fc.record(
      {
        attempt: attempts,
        paused: often<string | undefined>(undefined, 'true', 'maintenance'),
        abandon: often<string | undefined>(undefined, 'because'),
        takeOver: fc.constantFrom(undefined, undefined, 'true'),
        reconcileAt: fc.constantFrom(undefined, 'now'),
        switch: fc.constantFrom(undefined, '1', '2'),
      },
      { requiredKeys: [] },
    ),
    accountRef: often<{ name: string } | undefined>({ name: 'sap' }, undefined),
    rest: fc.constantFrom(false, false, false, true),
    server: often('dt123.infusionsoft.com', 'evil.example.com'),
    instance: fc.constantFrom<ConnectorSpec['instance'][]>(
      undefined,
      undefined,
      {},
      { importId: 1 },
      { importId: 2 },
      { enabled: false },
      { name: 'Sales', tags: ['mine'] },
    ),
    deletionPolicy: fc.constantFrom(undefined, 'Delete' as const, 'Orphan' as const),
    driftPolicy: fc.constantFrom(undefined, 'Report' as const),
    missingPolicy: fc.constantFrom(undefined, 'Report' as const),
    replacement: fc.constantFrom<ConnectorSpec['replacement'][]>(
      undefined,
      { switch: 'Automatic' },
      { retainFor: '0s' },
    ),
    grant: fc.constantFrom('code', 'code', 'token', 'none'),
    callbackUrl: often<string | undefined>('https://connect.example.com/oauth/callback', undefined),
  })
  .map(({ finalizer, deleted, generation, status, annotations, rest, grant, ...spec }) => {
    const { callbackUrl, ...others } = spec;
    const written = Object.entries(annotations).filter(([, value]) => value !== undefined);
    return connector({
      metadata: {
        generation,
        ...(finalizer && HELD),
        ...(deleted && { deletionTimestamp: at(0) }),
      },
      annotations: Object.fromEntries(written),
      status,
      spec: {
        ...others,
        ...(rest && { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined }),
      },
      oauth: {
        callbackUrl,
        authorizationCodeSecretRef: grant === 'code' ? { name: 'crm-code' } : undefined,
        refreshTokenSecretRef: grant === 'token' ? { name: 'crm-code', key: 'code' } : undefined,
      },
    });
  });

const memories = fc.record({
  ambiguous: fc.option(fc.record({ digest: grants.map(digest), at: moments.map((ms) => NOW + ms) }), {
    nil: undefined,
  }),
  unprocessed: fc.option(
    fc.record({
      digest: grants.map(digest),
      notBefore: moments.map(at),
      sends: fc.constantFrom(0, 1, 3),
    }),
    { nil: undefined },
  ),
  accepted: often<string | undefined>(undefined, digest(VALUES.code)),
  refused: fc.option(
    grants.map((grant) => ({ digest: digest(grant), message: 'Invalid code' })),
    { nil: undefined },
  ),
  pingedAt: fc.constantFrom(NOW, NOW - 100 * MINUTE, Number.POSITIVE_INFINITY),
  knowsConnection: fc.boolean(),
});

const logs = fc.record({
  authorized: often(false, true),
  patched: fc.boolean(),
  reconfigured: fc.boolean(),
  searched: fc.boolean(),
  read: fc.subarray([1, 2, 3, 4]),
  ping: fc.constantFrom(
    undefined,
    undefined,
    'answered' as const,
    'unsupported' as const,
    'refused' as const,
    'forbidden' as const,
  ),
  accountProven: fc.boolean(),
  enabledSet: fc.boolean(),
  switched: often(false, true),
  tagsReleased: fc.subarray([1, 2, 3, 4]),
  removalsRecorded: fc.subarray([1, 2, 3, 4]),
  tombstoneWritten: fc.boolean(),
  deleted: fc.subarray([1, 2, 3, 4], { maxLength: 2 }),
  failure: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constantFrom('ping' as const, 'patch' as const, 'search' as const),
        error: remoteErrors,
      }),
    },
  ),
});

/** How inputs of every kind differ from the one of a new connector, also those that no sequence of reconciles leads to. */
export const inputChanges: fc.Arbitrary<InputChange> = fc
  .record({
    settings: often({}, { legacyApiEndMs: NOW }),
    connector: connectors,
    account: accounts,
    secrets,
    found: fc.uniqueArray(instances, { maxLength: 4, selector: ({ id }) => id }),
    gone: fc.subarray([1, 2, 3, 4], { maxLength: 1 }),
    searchedAt: fc.oneof(
      { weight: 9, arbitrary: moments.map((ms) => NOW + ms) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    memory: memories,
    log: logs,
    triggered: fc.boolean(),
    claimants: fc.constantFrom([], [], ['team-b/crm']),
    deletedUids: fc.constantFrom([], [], [NAMESAKE_UID]),
  })
  .map(({ found, memory: { knowsConnection, ...memory }, log, secrets: facts, ...change }) => ({
    ...change,
    secrets: { ...READ, ...facts },
    instances: found.filter(({ id }) => !change.gone.includes(id)),
    memory: { ...NO_MEMORY, ...memory, ...(knowsConnection && connectionMemory(change.connector)) },
    log,
  }));

/** Inputs of every kind. */
export const inputs: fc.Arbitrary<ConnectorInput> = inputChanges.map(input);
