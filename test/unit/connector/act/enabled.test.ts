import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../../src/api/connector.ts';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { unverifiedStatus } from '../../../support/builders/connector.ts';
import { ID, remoteError, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { type Answers, workingRemote } from '../../../support/builders/remote.ts';
import { MINUTE, SECOND } from '../../../support/builders/time.ts';

let edits = 0;

/** The resource after an edit of `spec.instance.enabled`, as the API server stores it. */
function wanting(enabled: boolean) {
  return (connector: InfusionsoftConnector): InfusionsoftConnector => {
    edits += 1;
    return {
      ...connector,
      metadata: {
        ...connector.metadata,
        generation: connector.metadata.generation + 1,
        resourceVersion: `edit-${edits}`,
      },
      spec: { ...connector.spec, instance: { ...connector.spec.instance, enabled } },
    };
  };
}

/** A Ready connector that an edit has just asked to disable. */
function disabling(answers: (it: () => Bench) => Answers = () => ({})) {
  const instances = new Map<number, Instance>([[ID, instance(ID)]]);
  const subject: Bench = bench({
    connector: settledConnector(),
    secrets: STORED,
    listed: [instance(ID)],
    answers: workingRemote(
      instances,
      answers(() => subject),
    ),
  });
  subject.edit(wanting(false));
  return { bench: subject, instances };
}

const enabledInStatus = (subject: Bench): boolean | undefined => subject.stored().status?.instance?.enabled;

describe('a change of spec.instance.enabled', () => {
  it('disables with the intention written first, and is Ready', async () => {
    const { bench: subject, instances } = disabling();
    const { actions: steps } = await reconcileOnce(subject);
    expect(steps).toEqual(['record-disabling', 'enable']);
    expect(instances.get(ID)?.disabled).toBe(true);
    expect([readiness(subject), enabledInStatus(subject)]).toEqual(['True Disabled', false]);
  });

  it('writes the intention once when the call fails', async () => {
    let isDown = true;
    const { bench: subject, instances } = disabling(() => ({
      setInstanceEnabled: (id: number, enabled: boolean) => {
        if (isDown) {
          throw remoteError('unavailable');
        }
        instances.set(id, instance(id, { disabled: !enabled }));
      },
    }));
    await reconcileOnce(subject);
    expect(enabledInStatus(subject)).toBe(false);
    isDown = false;
    await subject.clock.advance(10 * SECOND);
    const { actions: steps } = await reconcileOnce(subject);
    expect(steps).toEqual(['enable']);
    expect(readiness(subject)).toBe('True Disabled');
  });

  it('back to true during the disabling call enables the instance without a consent', async () => {
    const { bench: subject, instances } = disabling((current) => ({
      setInstanceEnabled: (id: number, enabled: boolean) => {
        if (!enabled) {
          current().edit(wanting(true));
        }
        instances.set(id, instance(id, { disabled: !enabled }));
      },
    }));
    await expect(reconcileOnce(subject)).rejects.toBeInstanceOf(KubeError);
    await reconcileOnce(subject);
    expect(readiness(subject)).toBe('True Succeeded');
    expect(instances.get(ID)?.disabled).toBe(false);
  });

  it('back to true after a crash during the disabling call enables the instance without a consent', async () => {
    const crash = new Error('the process ended');
    let crashes = true;
    const { bench: subject, instances } = disabling(() => ({
      setInstanceEnabled: (id: number, enabled: boolean) => {
        instances.set(id, instance(id, { disabled: !enabled }));
        if (crashes) {
          throw crash;
        }
      },
    }));
    const before = subject.stored();
    await reconcileOnce(subject).catch(() => undefined);
    // Nothing is written after a crash but what was written before the call.
    const written = subject.writes.find(([what]) => what === 'status')?.[1];
    expect(written).toEqual({ instance: { enabled: false } });
    const instanceStatus = before.status?.instance;
    subject.edit((stored) => ({
      ...stored,
      status: {
        ...before.status,
        ...(instanceStatus && { instance: { ...instanceStatus, enabled: false } }),
      },
    }));
    subject.ports.memory.forget(before.metadata.uid);
    subject.edit(wanting(true));
    crashes = false;
    // The new process has listed the account anew.
    await subject.clock.advance(MINUTE);
    subject.inventory.replace([instance(ID, { disabled: true })], subject.clock.now());
    await reconcileOnce(subject);
    expect(readiness(subject)).toBe('True Succeeded');
    expect(instances.get(ID)?.disabled).toBe(false);
  });

  it('back to true after a lost answer to the disabling call enables the instance without a consent', async () => {
    const { bench: subject, instances } = disabling(() => ({
      setInstanceEnabled: (id: number, enabled: boolean) => {
        instances.set(id, instance(id, { disabled: !enabled }));
        if (!enabled) {
          throw remoteError('ambiguous');
        }
      },
    }));
    await reconcileOnce(subject);
    subject.edit(wanting(true));
    const { actions: steps } = await reconcileOnce(subject);
    expect(steps).toContain('read-instance');
    expect(readiness(subject)).toBe('True Succeeded');
    expect(instances.get(ID)?.disabled).toBe(false);
  });

  it('before the intention is written leaves the instance alone', async () => {
    const { bench: subject } = disabling();
    const stale = subject.ports.connectors.patchStatus;
    let first = true;
    const ports = {
      ...subject.ports,
      connectors: {
        ...subject.ports.connectors,
        patchStatus: (...values: Parameters<typeof stale>) => {
          if (first) {
            first = false;
            subject.edit(wanting(true));
          }
          return stale(...values);
        },
      },
    };
    await expect(reconcileOnce({ ...subject, ports })).rejects.toBeInstanceOf(KubeError);
    expect(subject.calls).toEqual([]);
    await reconcileOnce({ ...subject, ports });
    expect([readiness(subject), enabledInStatus(subject)]).toEqual(['True Succeeded', true]);
    expect(subject.calls.map(([name]) => name)).not.toContain('setInstanceEnabled');
  });
});

describe('an instance that a listing shows disabled', () => {
  it('is read before its authorization counts as revoked', async () => {
    const remote = new Map<number, Instance>([[ID, instance(ID)]]);
    const subject = bench({
      connector: settledConnector(),
      secrets: STORED,
      listed: [instance(ID, { disabled: true })],
      answers: workingRemote(remote),
    });
    const { actions: steps } = await reconcileOnce(subject);
    expect(steps).toEqual(['read-instance']);
    expect(readiness(subject)).toBe('True Succeeded');
  });

  it('is enabled once when the read agrees, and counts as revoked if it is disabled again', async () => {
    const disabled = instance(ID, { disabled: true });
    const subject = bench({
      connector: settledConnector({
        oauth: { authorizationCodeSecretRef: undefined },
        status: unverifiedStatus(ID),
      }),
      secrets: STORED,
      listed: [disabled],
      answers: {
        ...workingRemote(new Map([[ID, disabled]])),
        setInstanceEnabled: () => undefined,
        pingInstance: () => {
          throw remoteError('forbidden');
        },
      },
    });
    const { actions: steps } = await reconcileOnce(subject);
    expect(steps.filter((action) => action === 'enable')).toHaveLength(1);
    expect(readiness(subject)).toBe('False AuthorizationRevoked');
    expect(enabledInStatus(subject)).toBe(true);
  });
});
