import { describe, expect, it } from 'vitest';
import type { ConnectorSpec, InfusionsoftConnector } from '../../../src/api/connector.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../../src/api/group.ts';
import { validateConnector } from '../../../src/api/validation/validate.ts';
import { reconcile } from '../../../src/connector/reconcile.ts';
import { account } from '../../support/builders/account.ts';
import { accountBench } from '../../support/builders/account-bench.ts';
import { connector, HELD, readyStatus } from '../../support/builders/connector.ts';
import { ID, settledConnector } from '../../support/builders/input.ts';
import { instance } from '../../support/builders/instance.ts';
import { type BenchChange, bench } from '../../support/builders/ports.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { READ, secretRead, VALUES } from '../../support/builders/secrets.ts';
import { at } from '../../support/builders/time.ts';
import { specFields } from '../../support/crd-fields.ts';

/** The paths of all fields of `spec` by the CRD; maps and lists count as one field. */
function fieldsOf(plural: string): string[] {
  return specFields(plural)
    .filter(({ isLeaf }) => isLeaf)
    .map(({ path }) => path);
}

/** Whether the running code is the validation, which reads every field and does nothing with it. */
function isValidation(): boolean {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  const { stack = '' } = new Error('where am I');
  Error.stackTraceLimit = limit;
  return stack.includes('/api/validation/');
}

/** `value` with every read of one of its fields, outside of the validation, added to `reads`. */
function recorded<Value extends object>(value: Value, path: string, reads: Set<string>): Value {
  return new Proxy(value, {
    get(target, key, receiver) {
      const field: unknown = Reflect.get(target, key, receiver);
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) {
        return field;
      }
      const here = `${path}.${key}`;
      if (!isValidation()) {
        reads.add(here);
      }
      const isMap = typeof field === 'object' && field !== null && !Array.isArray(field);
      return isMap ? recorded(field, here, reads) : field;
    },
  });
}

/** Reconciles `change.connector` and adds the fields that were read to `reads`. Returns the steps, to see what ran. */
async function readsOf(change: BenchChange, reads: Set<string>): Promise<string[]> {
  const { ports, stored } = bench(change);
  const watched = (object: InfusionsoftConnector): InfusionsoftConnector => ({
    ...object,
    spec: recorded(object.spec, 'spec', reads),
  });
  const { patchMetadata, patchStatus } = ports.connectors;
  const connectors = {
    patchMetadata: async (...values: Parameters<typeof patchMetadata>) =>
      watched(await patchMetadata(...values)),
    patchStatus: async (...values: Parameters<typeof patchStatus>) => watched(await patchStatus(...values)),
  };
  const actions: string[] = [];
  await reconcile(
    { ...ports, connectors },
    watched(stored()),
    new AbortController().signal,
    (_connector, action) => actions.push(action.type),
  );
  return actions;
}

/** A spec with every field that may stand beside the others. */
const FULL: ConnectorSpec = {
  accountRef: { name: 'sap' },
  connector: 'infusionsoftcrm',
  server: 'dt123.infusionsoft.com',
  encryptedKeySecretRef: { name: 'crm-key', key: 'encryptedKey' },
  oauth: {
    clientSecretRef: { name: 'crm-oauth', clientIdKey: 'client_id', clientSecretKey: 'client_secret' },
    callbackUrl: 'https://connect.example.com/oauth/callback',
    scope: 'full',
    authorizationCodeSecretRef: { name: 'crm-code', key: 'code' },
  },
  instance: {
    name: 'Sales',
    tags: ['team-sales'],
    configuration: { 'filter.response.nulls': 'false' },
    enabled: true,
  },
  connectionSecretRef: { name: 'binding' },
  replacement: { switch: 'Automatic', retainFor: '1h' },
  connectionSecretTemplate: {
    metadata: {
      labels: { 'reloader.stakater.com/team': 'sales' },
      annotations: { 'reloader.stakater.com/match': 'true' },
    },
    keys: { OPEN_CONNECTORS_TOKEN: 'element-token' },
  },
  includeAccountCredentials: true,
  deletionPolicy: 'Delete',
  driftPolicy: 'Correct',
  ignoreDrift: ['name'],
  managementPolicy: 'Manage',
  missingPolicy: 'Recreate',
  suspend: false,
};

describe('a field of the spec of an InfusionsoftConnector', async () => {
  const reads = new Set<string>();
  const working = (...found: Parameters<typeof instance>[]) =>
    workingRemote(new Map(found.map((one) => [one[0], instance(...one)])));
  const withToken = {
    ...FULL,
    oauth: {
      clientSecretRef: FULL.oauth.clientSecretRef,
      callbackUrl: 'https://connect.example.com/oauth/callback',
      refreshTokenSecretRef: { name: 'crm-token', key: 'refresh_token' },
    },
  };
  const existing = (metadata: Partial<InfusionsoftConnector['metadata']> = {}) =>
    settledConnector({ metadata, spec: FULL });
  const actions = await Promise.all([
    readsOf({ connector: { ...connector(), spec: FULL }, answers: working() }, reads),
    readsOf(
      {
        connector: { ...connector(), spec: withToken },
        secrets: { 'crm-token': secretRead({ refresh_token: VALUES.code }) },
        answers: working(),
      },
      reads,
    ),
    readsOf(
      {
        connector: {
          ...connector(),
          spec: {
            connector: 'infusionsoftrest',
            oauth: FULL.oauth,
            events: {
              callbackUrl: 'https://events.example.com/x',
              signatureKeySecretRef: { name: 'crm-events', key: 'signatureKey' },
              pollInterval: '5m',
              resources: ['contacts'],
            },
          },
        },
        secrets: { 'crm-events': secretRead({ signatureKey: VALUES.code }) },
        answers: working(),
      },
      reads,
    ),
    readsOf(
      {
        connector: connector({ metadata: HELD, spec: { instance: { importId: ID } } }),
        listed: [instance(ID, { tags: [] })],
        answers: working([ID, { tags: [] }]),
      },
      reads,
    ),
    readsOf({ connector: existing(), secrets: READ, listed: [instance(ID)], answers: working([ID]) }, reads),
    readsOf({ connector: existing(), secrets: READ, listed: [], answers: working() }, reads),
    // The instance of another element takes the place of the one in status.
    readsOf(
      {
        connector: {
          ...existing(),
          status: readyStatus(9, { instance: { id: 9, connector: 'infusionsoftrest' } }),
        },
        secrets: READ,
        listed: [instance(ID), instance(9, { element: 'infusionsoftrest' })],
        answers: working([ID], [9, { element: 'infusionsoftrest' }]),
      },
      reads,
    ),
    readsOf(
      {
        connector: existing({ deletionTimestamp: at(0) }),
        listed: [instance(ID)],
        answers: working([ID]),
      },
      reads,
    ),
  ]);

  it('is not read where the validation alone reads it', () => {
    const none = new Set<string>();
    expect(validateConnector({ spec: recorded(FULL, 'spec', none) })).toEqual([]);
    expect([...none]).toEqual([]);
  });

  it('has its turn in a creation, an adoption, a correction, a re-creation or a deletion', () => {
    const done = new Set(actions.flat());
    expect([...done]).toEqual(
      expect.arrayContaining(['create', 'ping', 'patch', 'write-connection-secret', 'delete-instance']),
    );
  });

  it.each(fieldsOf(CONNECTOR_NAMES.plural))('is read: %s', (field) => {
    expect(reads).toContain(field);
  });
});

describe('a field of the spec of an OpenConnectorsAccount', async () => {
  const reads = new Set<string>();
  const subject = accountBench({
    organization: () => ({ id: '5211', name: 'Acme' }),
    listInstancesByTag: () => [],
  });
  const full = account({
    spec: {
      credentialsSecretRef: {
        name: 'sap-account',
        userSecretKey: 'userSecret',
        organizationSecretKey: 'organizationSecret',
      },
      limits: { requestsPerSecond: 10, burst: 20, concurrency: 8 },
      timeoutSeconds: 30,
      inventoryInterval: '5m',
    },
  });
  const outcome = await subject.reconcile({ ...full, spec: recorded(full.spec, 'spec', reads) });

  it('has its turn in a verification with a listing', () => {
    expect(outcome.kind).toBe('again');
    expect(subject.calls.map(([name]) => name)).toEqual(['organization', 'listInstancesByTag']);
  });

  it.each(fieldsOf(ACCOUNT_NAMES.plural))('is read: %s', (field) => {
    expect(reads).toContain(field);
  });
});
