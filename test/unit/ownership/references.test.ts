import { describe, expect, it } from 'vitest';
import { ANNOTATIONS, LABELS, MANAGED_BY } from '../../../src/api/group.ts';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import {
  accountOfConnector,
  accountsOfDeletedConnector,
  importOfConnector,
  instanceKey,
  ownersOfSecret,
  recordedAccountsOfConnector,
  secretsOfAccount,
  secretsOfConnector,
} from '../../../src/ownership/references.ts';
import { ACCOUNT, attempt } from '../../support/builders/connector.ts';

/** An object as any client may have stored it. */
function object(
  content: { readonly spec?: unknown; readonly status?: unknown },
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject {
  const named = { name: 'crm', namespace: 'team-a', uid: 'u', resourceVersion: '1', ...metadata };
  return { apiVersion: 'openconnectors.dev/v1beta1', kind: 'Any', metadata: named, ...content };
}

const SHAPELESS = [undefined, 'text', { accountRef: 1, oauth: [], instance: 'x', credentialsSecretRef: {} }];

describe('the Secrets of a connector', () => {
  const own = ['team-a/crm-consent-code', 'team-a/crm-grant'];
  it.each<[string, Parameters<typeof object>[0], string[]]>([
    ['that names none', {}, ['team-a/crm-connection', ...own]],
    [
      'are all that it names, each once',
      {
        spec: {
          oauth: {
            clientSecretRef: { name: 'client' },
            authorizationCodeSecretRef: { name: 'code' },
            refreshTokenSecretRef: { name: 'token' },
          },
          encryptedKeySecretRef: { name: 'client' },
          events: { signatureKeySecretRef: { name: 'signature' } },
          connectionSecretRef: { name: 'connection' },
        },
        status: { binding: { name: 'renamed' } },
      },
      [
        ...['client', 'code', 'token', 'signature', 'connection', 'renamed'].map((name) => `team-a/${name}`),
        ...own,
      ],
    ],
    [
      'have the connection of a new instance before the switch',
      { status: { next: { id: 1 } } },
      ['team-a/crm-connection', 'team-a/crm-connection-next', ...own],
    ],
    [
      'have it under the name that the spec gives',
      { spec: { connectionSecretRef: { name: 'token' } }, status: { next: { id: 1 } } },
      ['team-a/token', 'team-a/token-next', ...own],
    ],
    [
      'are none that a spec names by a number',
      { spec: { connectionSecretRef: { name: 1 } }, status: { next: { id: 1 } } },
      ['team-a/crm-connection-next', ...own],
    ],
  ])('%s', (_what, content, expected) => {
    expect(secretsOfConnector(object(content)).sort()).toEqual(expected.sort());
  });
});

describe('the account of a connector', () => {
  it('is the one that it names in its namespace, else the default account', () => {
    expect(accountOfConnector(object({ spec: { accountRef: { name: 'sap' } } }))).toEqual(['team-a/sap']);
    for (const spec of SHAPELESS) {
      expect(accountOfConnector(object({ spec }))).toEqual(['']);
    }
    expect(accountOfConnector(object({ spec: { accountRef: { name: 1 } } }))).toEqual(['']);
  });

  it('is recorded in status and in the record of its credential', () => {
    const inRecord = { annotations: { [ANNOTATIONS.attempt]: attempt({ account: ACCOUNT }) } };
    const inStatus = (uid: unknown) => ({ status: { instance: { account: { uid } } } });
    expect(recordedAccountsOfConnector(object({}))).toEqual([]);
    expect(recordedAccountsOfConnector(object(inStatus(1)))).toEqual([]);
    expect(recordedAccountsOfConnector(object(inStatus('a'), inRecord))).toEqual(['a', ACCOUNT.uid]);
    expect(recordedAccountsOfConnector(object(inStatus(ACCOUNT.uid), inRecord))).toEqual([ACCOUNT.uid]);
  });

  it('counts as that of a deleted connector from the deletion on', () => {
    const status = { status: { instance: { account: { uid: 'a' } } } };
    expect(accountsOfDeletedConnector(object(status))).toEqual([]);
    const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(accountsOfDeletedConnector(object(status, deleted))).toEqual(['a']);
  });
});

describe('the instance that a connector names', () => {
  const adopting = (spec: object) =>
    importOfConnector(object({ spec: { instance: { importId: 7 }, ...spec } }));

  it('is within its account', () => {
    expect(adopting({ accountRef: { name: 'sap' } })).toEqual([instanceKey('team-a', 'sap', 7)]);
    expect(adopting({ accountRef: { name: 1 } })).toEqual([instanceKey('team-a', undefined, 7)]);
    expect(instanceKey('team-a', 'sap', 7)).not.toBe(instanceKey('team-a', 'other', 7));
    expect(instanceKey('team-a', 'sap', 7)).not.toBe(instanceKey('team-a', 'sap', 8));
    expect(instanceKey('team-a', 'sap', 7)).not.toBe(instanceKey('team-b', 'sap', 7));
  });

  it('is none without a number', () => {
    expect(adopting({ instance: { importId: '7' } })).toEqual([]);
    for (const spec of SHAPELESS) {
      expect(importOfConnector(object({ spec }))).toEqual([]);
    }
  });
});

describe('a Secret', () => {
  const owners = ['a', 'b'].map((uid) => ({ apiVersion: 'v1', kind: 'Any', name: uid, uid }));

  it('has the owners for which the operator created it', () => {
    const labels = { [LABELS.managedBy]: MANAGED_BY };
    expect(ownersOfSecret(object({}, { labels, ownerReferences: owners }))).toEqual(['a', 'b']);
    expect(ownersOfSecret(object({}, { labels }))).toEqual([]);
    expect(ownersOfSecret(object({}, { ownerReferences: owners }))).toEqual([]);
    expect(
      ownersOfSecret(object({}, { labels: { [LABELS.managedBy]: 'another' }, ownerReferences: owners })),
    ).toEqual([]);
  });

  it('belongs to the account that names it', () => {
    expect(secretsOfAccount(object({ spec: { credentialsSecretRef: { name: 'sap' } } }))).toEqual([
      'team-a/sap',
    ]);
    for (const spec of SHAPELESS) {
      expect(secretsOfAccount(object({ spec }))).toEqual([]);
    }
  });
});
