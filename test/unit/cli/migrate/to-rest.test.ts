import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../../src/api/connector.ts';
import { validateConnector } from '../../../../src/api/validation/validate.ts';
import { LEGACY_PARTS, MIGRATED_FROM } from '../../../../src/cli/migrate/changes/migrated-from.ts';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import { condition, connector, readyStatus } from '../../../support/builders/connector.ts';
import { mergePatched } from '../../../support/builders/merge-patch.ts';
import { NOW } from '../../../support/builders/time.ts';

const ready = connector({ status: readyStatus(7) });
const notReady = (reason: Parameters<typeof condition>[2], message = 'The fact.'): InfusionsoftConnector =>
  connector({
    status: readyStatus(7, { conditions: [condition('Ready', 'False', reason, { message })] }),
  });
const assess = (one: InfusionsoftConnector) => toRest.assess(one, NOW);

describe('a connector of infusionsoftcrm', () => {
  it('is planned where it is Ready', () => {
    expect(assess(ready)).toEqual({
      kind: 'planned',
      details: 'connector: infusionsoftrest; remove encryptedKeySecretRef',
    });
  });

  it.each(['LegacyApiEnded'] as const)('is planned where a migration resolves %s', (reason) => {
    expect(assess(notReady(reason)).kind).toBe('planned');
  });

  it.each([
    [
      'waits for consent',
      notReady('AuthorizationRequired', 'Waiting.'),
      'is not Ready (AuthorizationRequired). Waiting.',
    ],
    [
      'has another problem',
      notReady('SecretNotFound', 'Secret missing.'),
      'is not Ready (SecretNotFound). Secret missing.',
    ],
    ['was never reconciled', connector(), 'is not reconciled yet'],
    [
      'has a status about an older spec',
      connector({ metadata: { generation: 2 }, status: readyStatus(7) }),
      'is not reconciled yet',
    ],
    ['is suspended', connector({ spec: { suspend: true }, status: readyStatus(7) }), 'is suspended'],
    [
      'is paused',
      connector({ annotations: { paused: 'maintenance' }, status: readyStatus(7) }),
      'is suspended',
    ],
    [
      'is only observed',
      connector({ spec: { managementPolicy: 'Observe' }, status: readyStatus(7) }),
      'is only observed (spec.managementPolicy)',
    ],
    [
      'is being deleted',
      connector({ metadata: { deletionTimestamp: '2026-11-27T10:00:00Z' }, status: readyStatus(7) }),
      'is being deleted',
    ],
    [
      'has another scope',
      connector({ oauth: { scope: 'files.readwrite' }, status: readyStatus(7) }),
      'has a scope that Keap does not accept. Set spec.oauth.scope to full',
    ],
    [
      'has an invalid callback URL',
      connector({ oauth: { callbackUrl: 'http://connect.example.com' }, status: readyStatus(7) }),
      'has an invalid spec for infusionsoftrest: spec.oauth.callbackUrl must be an https URL',
    ],
  ])('is refused where it %s', (_case, one, because) => {
    expect(assess(one)).toEqual({ kind: 'refused', because: expect.stringContaining(because) });
  });

  it('is planned with a configuration key that only a setting of the operator permits', () => {
    const one = connector({
      spec: { instance: { configuration: { 'custom.setting': 'x' } } },
      status: readyStatus(7),
    });
    expect(assess(one).kind).toBe('planned');
  });
});

describe('a connector of infusionsoftrest', () => {
  const migrated = (change: Parameters<typeof connector>[0] = {}) =>
    connector({
      ...change,
      spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined, ...change.spec },
      metadata: { annotations: { [MIGRATED_FROM]: '{}' }, ...change.metadata },
    });

  it('does not concern the migration without the annotation', () => {
    expect(assess(migrated({ metadata: { annotations: {} }, status: readyStatus(7) }))).toEqual({
      kind: 'other',
    });
  });

  it('is done where it is Ready', () => {
    expect(assess(migrated({ status: readyStatus(7) }))).toEqual({ kind: 'done' });
  });

  it('is done where the authorized instance waits for its switch', () => {
    const status = readyStatus(7, { conditions: [condition('Ready', 'True', 'SwitchPending')] });
    expect(assess(migrated({ status }))).toEqual({ kind: 'done' });
  });

  it.each([
    ['waits for consent', { status: notReady('AuthorizationRequired').status }],
    ['was not reconciled since', { metadata: { generation: 2 }, status: readyStatus(7) }],
  ])('is started where it %s', (_case, change) => {
    const metadata = {
      annotations: { [MIGRATED_FROM]: '{}' },
      ...('metadata' in change ? change.metadata : {}),
    };
    expect(assess(migrated({ ...change, metadata }))).toEqual({ kind: 'started' });
  });

  it.each<[string, Parameters<typeof connector>[0]]>([
    ['suspended', { spec: { suspend: true } }],
    ['set to be observed', { spec: { managementPolicy: 'Observe' } }],
  ])('is refused where it was %s since', (_case, change) => {
    expect(assess(migrated(change))).toMatchObject({ kind: 'refused' });
  });
});

describe('the patch', () => {
  it('keeps references in the annotation, and no other part of the spec changes', () => {
    const one = connector({
      spec: { encryptedKeySecretRef: { name: 'crm-key', key: 'legacy' } },
      status: readyStatus(7),
    });
    expect(toRest.patchOf(one, NOW)).toEqual({
      metadata: {
        annotations: { [MIGRATED_FROM]: '{"encryptedKeySecretRef":{"name":"crm-key","key":"legacy"}}' },
      },
      spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: null },
    });
  });

  it('results in a valid spec, and removes only what infusionsoftrest forbids', () => {
    const spec = mergePatched(ready.spec, toRest.patchOf(ready, NOW).spec) as object;
    expect(validateConnector({ spec })).toEqual([]);
    for (const name of LEGACY_PARTS) {
      expect(validateConnector({ spec: { ...spec, [name]: ready.spec[name] } })).toMatchObject([
        { path: `spec.${name}`, message: expect.stringContaining('is forbidden with infusionsoftrest') },
      ]);
    }
  });
});
