import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../src/api/condition.ts';
import type { Reason } from '../../../src/api/reasons.ts';
import { readyProgress } from '../../../src/cli/authorize/after-consent.ts';
import { consentProgress } from '../../../src/cli/authorize/before-consent.ts';
import { attempt, condition, connector, readyStatus } from '../../support/builders/connector.ts';

function waiting(reason: Reason, extra: readonly Condition[] = []) {
  return {
    observedGeneration: 1,
    conditions: [condition('Ready', 'False', reason), ...extra],
  };
}
function pending(reason: Reason) {
  const { conditions = [], ...status } = readyStatus(7);
  return { ...status, conditions: [...conditions, condition('AuthorizationPending', 'True', reason)] };
}
const stalled = (reason: Reason) => condition('Stalled', 'True', reason);
const reconciling = condition('Reconciling', 'True', 'ProgressingWithRetry');

describe('progress before the consent', () => {
  it.each<[string, Parameters<typeof connector>[0], string]>([
    ['not reconciled yet', {}, 'wait'],
    ['status as the schema defaults it', { status: { observedGeneration: -1 } }, 'wait'],
    ['consent required', { status: waiting('AuthorizationRequired') }, 'required'],
    ['code refused', { status: waiting('AuthorizationFailed') }, 'required'],
    ['code used', { status: waiting('CredentialUsed') }, 'required'],
    [
      'provider no longer grants access to this element',
      { status: waiting('LegacyApiEnded', [stalled('LegacyApiEnded')]) },
      'blocked',
    ],
    ['grant revoked', { status: waiting('AuthorizationRevoked') }, 'required'],
    [
      'status of an older generation',
      { status: { ...waiting('AuthorizationRequired'), observedGeneration: 0 } },
      'wait',
    ],
    ['Ready', { status: readyStatus(7) }, 'ready'],
    ['reauthorization pending', { status: pending('AuthorizationRequired') }, 'required'],
    ['reauthorization throttled', { status: pending('Throttled') }, 'wait'],
    ['Secret of the reauthorization in use', { status: pending('CodeSecretConflict') }, 'blocked'],
    [
      'reauthorization requested, not reconciled yet',
      { annotations: { reauthorizeAt: 'today' }, status: readyStatus(7) },
      'wait',
    ],
    [
      'account credentials rejected',
      { status: waiting('AccountUnauthorized', [stalled('AccountUnauthorized')]) },
      'blocked',
    ],
    ['Secret not found yet', { status: waiting('SecretNotFound', [reconciling]) }, 'wait'],
    [
      'Secret not found, stalled',
      { status: waiting('SecretNotFound', [stalled('SecretNotFound')]) },
      'blocked',
    ],
    ['account unreachable', { status: waiting('AccountUnreachable', [reconciling]) }, 'wait'],
    ['a Secret invalid', { status: waiting('SecretInvalid', [stalled('SecretInvalid')]) }, 'invalid-secret'],
    ['suspended', { spec: { suspend: true }, status: waiting('AuthorizationRequired') }, 'blocked'],
    ['paused', { annotations: { paused: 'true' }, status: waiting('AuthorizationRequired') }, 'blocked'],
    [
      'only observed',
      { spec: { managementPolicy: 'Observe' }, status: waiting('AuthorizationRequired') },
      'blocked',
    ],
    [
      'being deleted',
      { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: waiting('AuthorizationRequired') },
      'blocked',
    ],
  ])('evaluates a connector: %s', (_name, change, result) => {
    expect(consentProgress(connector(change))).toBe(result);
  });
});

describe('progress after the code was stored', () => {
  const value = 'authorize 2026-01-01T00:00:00.000Z';
  const echo = { kind: 'echo', value } as const;

  it('waits while status is older than the code', () => {
    const old = connector({ status: waiting('AuthorizationFailed') });
    expect(readyProgress(old, echo)).toBe('wait');
    expect(readyProgress(old, { kind: 'change', before: old.status })).toBe('wait');
  });

  it('detects the same refusal again by lastHandledReconcileAt', () => {
    const status = { ...waiting('AuthorizationFailed'), lastHandledReconcileAt: value };
    expect(readyProgress(connector({ status }), echo)).toBe('blocked');
  });

  it('detects another reason without the right to set reconcile-at', () => {
    const before = waiting('AuthorizationRequired');
    const after = connector({ status: waiting('AuthorizationFailed') });
    expect(readyProgress(after, { kind: 'change', before })).toBe('blocked');
  });

  it.each<[string, Parameters<typeof connector>[0], string]>([
    ['Ready', { status: readyStatus(7) }, 'ready'],
    ['Ready, reauthorization pending', { status: pending('AuthorizationRequired') }, 'wait'],
    [
      'refused code of a reauthorization',
      { status: { ...pending('AuthorizationFailed'), lastHandledReconcileAt: value } },
      'blocked',
    ],
    ['Ready of an older generation', { metadata: { generation: 2 }, status: readyStatus(7) }, 'wait'],
    [
      'search for the instance of a lost response',
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
      'stalled',
      {
        status: { ...waiting('RemoteRejected', [stalled('RemoteRejected')]), lastHandledReconcileAt: value },
      },
      'blocked',
    ],
    ['suspended', { spec: { suspend: true } }, 'blocked'],
    ['only observed', { spec: { managementPolicy: 'Observe' } }, 'blocked'],
  ])('evaluates a connector: %s', (_name, change, result) => {
    expect(readyProgress(connector(change), echo)).toBe(result);
  });
});
