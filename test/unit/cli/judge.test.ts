import { describe, expect, test } from 'vitest';
import type { Condition } from '../../../src/api/condition.ts';
import type { Reason } from '../../../src/api/reasons.ts';
import { judgeAsking, judgeOutcome } from '../../../src/cli/authorize/judge.ts';
import { attempt, condition, connector, readyStatus } from '../../support/builders/connector.ts';

function waiting(reason: Reason, extra: readonly Condition[] = [], message = 'Why.') {
  return {
    observedGeneration: 1,
    conditions: [condition('Ready', 'False', reason, { message }), ...extra],
  };
}
const stalled = (reason: Reason) => condition('Stalled', 'True', reason);
const reconciling = condition('Reconciling', 'True', 'ProgressingWithRetry');

describe('before the consent', () => {
  test.each<[string, Parameters<typeof connector>[0], string]>([
    ['nobody has looked at it', {}, 'wait'],
    ['the schema has its default', { status: { observedGeneration: -1 } }, 'wait'],
    ['it waits for a person', { status: waiting('AuthorizationRequired') }, 'asks'],
    ['the last code was refused', { status: waiting('AuthorizationFailed') }, 'asks'],
    ['the last code is spent', { status: waiting('CredentialUsed') }, 'asks'],
    ['the grant was revoked', { status: waiting('AuthorizationRevoked') }, 'asks'],
    [
      'status is about an older spec',
      { status: { ...waiting('AuthorizationRequired'), observedGeneration: 0 } },
      'wait',
    ],
    ['it is Ready', { status: readyStatus(7) }, 'ready'],
    [
      'the account fails for good',
      { status: waiting('AccountUnauthorized', [stalled('AccountUnauthorized')]) },
      'stuck',
    ],
    ['a Secret is on its way', { status: waiting('SecretNotFound', [reconciling]) }, 'wait'],
    ['a Secret has not come', { status: waiting('SecretNotFound', [stalled('SecretNotFound')]) }, 'stuck'],
    ['the service is away', { status: waiting('AccountUnreachable', [reconciling]) }, 'wait'],
    ['the encrypted key is bad', { status: waiting('SecretInvalid', [stalled('SecretInvalid')]) }, 'stuck'],
    [
      'the stored code is bad',
      {
        status: waiting(
          'SecretInvalid',
          [stalled('SecretInvalid')],
          'Key "code" of Secret "crm-code" (spec.oauth.authorizationCodeSecretRef) is empty.',
        ),
      },
      'asks',
    ],
    ['it is suspended', { spec: { suspend: true }, status: waiting('AuthorizationRequired') }, 'stuck'],
    ['it is paused', { annotations: { paused: 'true' }, status: waiting('AuthorizationRequired') }, 'stuck'],
    [
      'it is being deleted',
      { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: waiting('AuthorizationRequired') },
      'stuck',
    ],
  ])('%s', (_name, change, result) => {
    expect(judgeAsking(connector(change))).toBe(result);
  });
});

describe('after the code was handed over', () => {
  const value = 'authorize 2026-01-01T00:00:00.000Z';
  const echo = { kind: 'echo', value } as const;

  test('a status from before it proves nothing', () => {
    const old = connector({ status: waiting('AuthorizationFailed') });
    expect(judgeOutcome(old, echo)).toBe('wait');
    expect(judgeOutcome(old, { kind: 'change', before: old.status })).toBe('wait');
  });

  test('the same refusal once more is noticed by the echo', () => {
    const status = { ...waiting('AuthorizationFailed'), lastHandledReconcileAt: value };
    expect(judgeOutcome(connector({ status }), echo)).toBe('stuck');
  });

  test('without the right to ask for a pass, another reason is news', () => {
    const before = waiting('AuthorizationRequired');
    const after = connector({ status: waiting('AuthorizationFailed') });
    expect(judgeOutcome(after, { kind: 'change', before })).toBe('stuck');
  });

  test.each<[string, Parameters<typeof connector>[0], string]>([
    ['Ready is Ready', { status: readyStatus(7) }, 'ready'],
    ['Ready of an older spec is not', { metadata: { generation: 2 }, status: readyStatus(7) }, 'wait'],
    [
      'a search for a lost answer goes on by itself',
      {
        annotations: { attempt: attempt() },
        status: {
          ...waiting('SearchingInstance', [condition('Reconciling', 'True', 'SearchingInstance')]),
          lastHandledReconcileAt: value,
        },
      },
      'wait',
    ],
    [
      'what is stalled stays so',
      {
        status: { ...waiting('RemoteRejected', [stalled('RemoteRejected')]), lastHandledReconcileAt: value },
      },
      'stuck',
    ],
    ['a suspension is told at once', { spec: { suspend: true } }, 'stuck'],
  ])('%s', (_name, change, result) => {
    expect(judgeOutcome(connector(change), echo)).toBe(result);
  });
});
