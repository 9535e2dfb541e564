import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import { CALLBACK, connector, HELD } from '../../../support/builders/connector.ts';
import { ID, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { manage, observed, observedBench, planOf, READS } from '../../../support/builders/observed.ts';
import { type Bench, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { secretAbsent, secretRead } from '../../../support/builders/secrets.ts';
import { at, MINUTE } from '../../../support/builders/time.ts';

describe('the plan of an observed connector', () => {
  const inTwoReconciles = async (it: Bench) => {
    await reconcileOnce(it);
    await reconcileOnce(it);
    return it;
  };

  test('for an instance without an owner is an update of its tags and the connection Secret', async () => {
    const it = observedBench({
      connector: connector({ spec: { instance: { importId: ID } } }),
      listed: [instance(ID, { tags: TAGS.none })],
    });
    await inTwoReconciles(it);
    expect(planOf(it)).toEqual([
      { action: 'Update', target: `instance ${ID}`, fields: ['tags'] },
      { action: 'Create', target: 'Secret "crm-connection"', fields: CONNECTION_KEYS },
    ]);
    expect(readiness(it)).toBe('True Succeeded');
    expect(conditionOf(it, 'Synced')).toBe('False ChangesPlanned');
    expect(conditionOf(it, 'Authorized')).toBe('True Authorized');
    expect(it.stored().metadata.finalizers).toBeUndefined();
    expect(it.stored().status?.instance).toBeUndefined();
  });

  test('is empty for an instance that equals the spec', async () => {
    const it = await inTwoReconciles(
      observedBench({ connector: settledConnector(), secrets: STORED, listed: [instance(ID)] }),
    );
    expect(it.stored().status?.plan).toBeUndefined();
    expect(readiness(it)).toBe('True Succeeded');
    expect(conditionOf(it, 'Synced')).toBe('True Synced');
  });

  test('ends at the first Secret that is missing', async () => {
    const it = await inTwoReconciles(
      observedBench({
        connector: connector({ spec: { instance: { importId: ID } } }),
        secrets: { 'crm-key': secretAbsent },
        listed: [instance(ID, { tags: TAGS.none })],
      }),
    );
    expect(planOf(it)).toEqual([
      {
        action: 'Update',
        target: `instance ${ID}`,
        fields: [],
        needs: 'Secret "crm-key" (spec.encryptedKeySecretRef) not found. Create it with key "encryptedKey".',
      },
    ]);
    // The instance works, whatever is missing to manage it.
    expect(readiness(it)).toBe('True Succeeded');
    expect(conditionOf(it, 'SecretsResolved')).toBe('False SecretNotFound');
    expect(conditionOf(it, 'Stalled')).toBe('absent');
  });

  test('names the owner of a foreign instance as what is needed', async () => {
    const it = await inTwoReconciles(
      observedBench({
        connector: connector({ spec: { instance: { importId: ID } } }),
        listed: [instance(ID, { tags: TAGS.otherCluster })],
      }),
    );
    expect(planOf(it)).toMatchObject([
      { action: 'Update', target: `instance ${ID}`, needs: expect.stringContaining('has another owner') },
    ]);
    expect(readiness(it)).toBe('True Succeeded');
    expect(conditionOf(it, 'Stalled')).toBe('absent');
  });

  test('asks for a consent without a page or a command', async () => {
    const it = await inTwoReconciles(
      observedBench({
        connector: connector({ oauth: { authorizationCodeSecretRef: undefined } }),
        settings: { ownCallbackUrl: CALLBACK },
      }),
    );
    expect(planOf(it)).toEqual([
      {
        action: 'Create',
        target: 'instance of infusionsoftcrm',
        fields: [],
        needs: 'OAuth consent of a user.',
      },
    ]);
    expect(readiness(it)).toBe('False ChangesPlanned');
    expect(it.stored().status?.authorization).toBeUndefined();
    expect(it.secrets.get('crm-consent-code')).toBeUndefined();
  });

  test('shows a creation with the fields that are sent and no value', async () => {
    const it = await inTwoReconciles(observedBench({ connector: connector() }));
    expect(planOf(it)).toEqual([
      {
        action: 'Create',
        target: 'instance of infusionsoftcrm',
        fields: [
          'name',
          'tags',
          'configuration.infusionsoft.private.key',
          'configuration.infusionsoft.server',
          'configuration.oauth.api.key',
          'configuration.oauth.api.secret',
          'configuration.oauth.callback.url',
        ],
      },
      { action: 'Create', target: 'Secret "crm-connection"', fields: CONNECTION_KEYS },
    ]);
  });

  test('ends at a new grant, after which the token may differ', async () => {
    const it = await inTwoReconciles(
      observedBench({
        connector: settledConnector({ annotations: { reauthorizeAt: 'now' }, oauth: {} }),
        secrets: { ...STORED, 'crm-code': secretRead({ code: 'a new code' }) },
        listed: [instance(ID)],
      }),
    );
    expect(planOf(it)).toMatchObject([{ action: 'Reauthorize', target: `instance ${ID}` }]);
  });
});

describe('an observed connector', () => {
  test('writes the connection Secret that its spec names, and nothing else', async () => {
    const it = observedBench({
      connector: connector({
        spec: { instance: { importId: ID }, connectionSecretRef: { name: 'crm-connection' } },
      }),
      listed: [instance(ID, { tags: TAGS.none })],
    });
    await reconcileOnce(it);
    expect(it.writes.map(([what]) => what)).toEqual(['create secret crm-connection', 'status']);
    await reconcileOnce(it);
    expect(it.stored().status?.binding?.name).toBe('crm-connection');
    expect(planOf(it)).toEqual([{ action: 'Update', target: `instance ${ID}`, fields: ['tags'] }]);
  });

  test('hands out no token of a foreign instance', async () => {
    const it = observedBench({
      connector: connector({
        spec: { instance: { importId: ID }, connectionSecretRef: { name: 'crm-connection' } },
      }),
      listed: [instance(ID, { tags: TAGS.otherCluster })],
    });
    await reconcileOnce(it);
    expect(it.writes.map(([what]) => what)).toEqual(['status']);
  });

  test('is not Ready while its instance rejects calls', async () => {
    const found = instance(ID);
    const it = bench({
      connector: observed(settledConnector()),
      secrets: STORED,
      listed: [found],
      answers: workingRemote(new Map([[ID, found]]), {
        pingInstance: () => {
          throw new RemoteError('unauthorized', 'Invalid Access Token', { status: 401 });
        },
      }),
    });
    await reconcileOnce(it);
    await it.clock.advance(120 * MINUTE);
    await reconcileOnce(it);
    expect(conditionOf(it, 'Authorized')).toBe('Unknown AuthorizationUnverified');
    await it.clock.advance(5 * MINUTE);
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False AuthorizationRevoked');
    expect(conditionOf(it, 'Authorized')).toBe('False AuthorizationRevoked');
    expect(conditionOf(it, 'Stalled')).toBe('absent');
    expect(it.calls.map(([name]) => name).filter((name) => !READS.includes(name))).toEqual([]);
  });

  test('is deleted without a call, although it owns an instance', async () => {
    const it = observedBench({
      connector: settledConnector({ metadata: { deletionTimestamp: at(0), ...HELD } }),
      secrets: STORED,
      listed: [instance(ID)],
    });
    const { outcome } = await reconcileOnce(it);
    expect(outcome).toEqual({ kind: 'released' });
    expect([it.calls, it.writes]).toEqual([[], []]);
    expect(it.events).toMatchObject([{ reason: 'Orphaned' }]);
  });

  test('keeps its plan while Open Connectors fails', async () => {
    const found = instance(ID, { tags: TAGS.none });
    let isDown = false;
    const working = workingRemote(new Map([[ID, found]]));
    const it = bench({
      connector: observed(connector({ spec: { instance: { importId: ID } } })),
      listed: [found],
      answers: {
        ...working,
        pingInstance: () => {
          if (isDown) {
            throw new RemoteError('unavailable', 'down');
          }
          return 'answered';
        },
      },
    });
    await reconcileOnce(it);
    const before = planOf(it);
    isDown = true;
    await it.clock.advance(120 * MINUTE);
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False InstanceNotAnswering');
    expect(planOf(it)).toEqual(before);
    expect(before).toHaveLength(2);
  });

  test('loses its plan when the operator manages the instance', async () => {
    const it = observedBench({
      connector: connector({ spec: { instance: { importId: ID } } }),
      listed: [instance(ID, { tags: TAGS.none })],
    });
    await reconcileOnce(it);
    manage(it);
    await reconcileOnce(it);
    expect(it.stored().status?.plan).toBeUndefined();
    expect(readiness(it)).toBe('True Succeeded');
  });
});

const CONNECTION_KEYS = ['element', 'element-token', 'host', 'provider', 'type', 'uri'];

/** Status and reason of a condition as it is stored now. */
function conditionOf({ stored }: Bench, type: string): string {
  const found = stored().status?.conditions?.find((condition) => condition.type === type);
  return found === undefined ? 'absent' : `${found.status} ${found.reason}`;
}
