import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../../src/api/connector.ts';
import { ANNOTATIONS } from '../../../../src/api/group.ts';
import { ConnectorMemory } from '../../../../src/connector/memory.ts';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { type ConnectorChange, HELD } from '../../../support/builders/connector.ts';
import { ID, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, type BenchChange, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { MINUTE } from '../../../support/builders/time.ts';

/** Id of the first instance that the remote side creates. */
const NEW = 1_000;
const REST = { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } as const;

interface Subject extends Bench {
  readonly remote: Map<number, Instance>;
}

/** A connector whose element was changed, with a code for the new instance. */
function changing(change: ConnectorChange = {}, more: Partial<BenchChange> = {}): Subject {
  const remote = new Map([[ID, instance(ID)]]);
  const subject = bench({
    connector: settledConnector({
      ...change,
      spec: { ...REST, ...change.spec },
      metadata: { ...HELD, generation: 2 },
    }),
    secrets: { ...STORED, 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) },
    listed: [instance(ID)],
    answers: workingRemote(remote),
    ...more,
  });
  return { ...subject, remote };
}

function edited(subject: Bench, change: (connector: InfusionsoftConnector) => InfusionsoftConnector): void {
  let version = 0;
  subject.edit((connector) => {
    version = Number(connector.metadata.resourceVersion) + 10_000;
    const after = change(connector);
    return { ...after, metadata: { ...after.metadata, resourceVersion: `${version}` } };
  });
}

function annotated(subject: Bench, value: string): void {
  edited(subject, (connector) => ({
    ...connector,
    metadata: {
      ...connector.metadata,
      annotations: { ...connector.metadata.annotations, [ANNOTATIONS.switch]: value },
    },
  }));
}

function connectedTo({ secrets }: Bench, name = 'crm-connection'): string | undefined {
  const fact = secrets.get(name);
  return fact?.state === 'read'
    ? Buffer.from(fact.data['element-token'] ?? '', 'base64').toString()
    : undefined;
}

/** What was written since `from`, in short. */
const written = ({ writes }: Bench, from = 0): string[] => writes.slice(from).map(([what]) => what);
const eventsOf = ({ events }: Bench, reason: string) => events.filter((event) => event.reason === reason);
const stateOf = ({ stored }: Bench) => stored().status;

async function pending(subject = changing()): Promise<Subject> {
  await reconcileOnce(subject);
  return subject;
}

async function switched(subject = changing()): Promise<Subject> {
  await pending(subject);
  annotated(subject, '1');
  await reconcileOnce(subject);
  return subject;
}

describe('a changed connector', () => {
  it('gets its new instance beside the old one, and waits for the annotation', async () => {
    const subject = await pending();

    expect(readiness(subject)).toBe('True SwitchPending');
    expect([...subject.remote.keys()]).toEqual([ID, NEW]);
    expect(connectedTo(subject)).toBe(VALUES.token);
    expect(connectedTo(subject, 'crm-connection-next')).toBe(`token-of-${NEW}`);
    expect(stateOf(subject)?.instance?.id).toBe(ID);
    expect(stateOf(subject)?.next).toEqual({ id: NEW, connector: 'infusionsoftrest' });
    expect(stateOf(subject)?.replacing).toBeUndefined();
  });

  it('settles there: a second reconcile writes and calls nothing', async () => {
    const subject = await pending();
    const before = [subject.writes.length, subject.calls.length];

    expect((await reconcileOnce(subject)).actions).toEqual([]);
    expect([subject.writes.length, subject.calls.length]).toEqual(before);
  });

  it('moves the connection Secret in one write, after status names the instance', async () => {
    const subject = await pending();
    annotated(subject, '1');
    const from = subject.writes.length;
    await reconcileOnce(subject);

    expect(written(subject, from)).toEqual([
      'status',
      'update secret crm-connection',
      'delete secret crm-connection-next',
      'status',
    ]);
    expect(readiness(subject)).toBe('True Succeeded');
    expect(connectedTo(subject)).toBe(`token-of-${NEW}`);
    expect(stateOf(subject)).toMatchObject({
      instance: { id: NEW, connector: 'infusionsoftrest', enabled: true },
      replacing: { id: ID, connector: 'infusionsoftcrm', until: '2026-03-02T12:00:00Z' },
      lastHandledSwitchAt: '1',
    });
    expect(stateOf(subject)?.next).toBeUndefined();
    expect(eventsOf(subject, 'Switched')).toEqual([
      {
        type: 'Normal',
        reason: 'Switched',
        message: `Switched connection Secret "crm-connection" to instance ${NEW} (infusionsoftrest). Instance ${NEW} is authorized and up to date.`,
      },
    ]);
    expect(eventsOf(subject, 'ConnectionSecretRepaired')).toEqual([]);
    expect([...subject.remote.values()].map(({ disabled }) => disabled)).toEqual([false, false]);
  });

  it('moves immediately with Automatic, without another Secret', async () => {
    const subject = await pending(changing({ spec: { replacement: { switch: 'Automatic' } } }));

    expect(readiness(subject)).toBe('True Succeeded');
    expect(connectedTo(subject)).toBe(`token-of-${NEW}`);
    expect(written(subject)).not.toContain('create secret crm-connection-next');
    expect(stateOf(subject)?.replacing?.id).toBe(ID);
  });

  it('switches back and forward with further values', async () => {
    const subject = await switched();
    annotated(subject, '2');
    await reconcileOnce(subject);
    expect(connectedTo(subject)).toBe(VALUES.token);
    expect(connectedTo(subject, 'crm-connection-next')).toBe(`token-of-${NEW}`);
    expect(readiness(subject)).toBe('True SwitchPending');
    expect(stateOf(subject)).toMatchObject({
      instance: { id: ID, connector: 'infusionsoftcrm' },
      next: { id: NEW, connector: 'infusionsoftrest', switchedBack: true },
    });
    expect(stateOf(subject)?.replacing).toBeUndefined();

    annotated(subject, '3');
    await reconcileOnce(subject);
    expect(connectedTo(subject)).toBe(`token-of-${NEW}`);
    expect(stateOf(subject)?.replacing?.id).toBe(ID);
    expect([...subject.remote.keys()]).toEqual([ID, NEW]);
  });

  it('keeps a request to switch back until the old instance could be read', async () => {
    const failures: RemoteError[] = [];
    const remote = new Map([[ID, instance(ID)]]);
    const working = workingRemote(remote);
    const readInstance = (...values: never[]) => {
      const error = failures.shift();
      if (error !== undefined) {
        throw error;
      }
      return working.readInstance?.(...values);
    };
    const subject = await switched({
      ...changing({}, { answers: workingRemote(remote, { readInstance }) }),
      remote,
    });
    annotated(subject, '2');
    failures.push(new RemoteError('unavailable', 'Open Connectors responded with 503', { status: 503 }));
    await reconcileOnce(subject);
    expect(stateOf(subject)?.lastHandledSwitchAt).toBe('1');
    expect(connectedTo(subject)).toBe(`token-of-${NEW}`);

    await subject.clock.advance(MINUTE);
    await reconcileOnce(subject);
    expect(connectedTo(subject)).toBe(VALUES.token);
    expect(stateOf(subject)?.lastHandledSwitchAt).toBe('2');
  });

  it('releases nothing after a switch back, however late it is', async () => {
    const subject = await switched();
    annotated(subject, '2');
    await reconcileOnce(subject);
    await subject.clock.advance(10_000 * MINUTE);
    await reconcileOnce(subject);

    expect([...subject.remote.keys()]).toEqual([ID, NEW]);
    expect(connectedTo(subject)).toBe(VALUES.token);
  });

  it('takes a value of the annotation that finds nothing to switch for handled', async () => {
    const subject = bench({
      connector: settledConnector({ annotations: { switch: 'early' } }),
      secrets: STORED,
      listed: [instance(ID)],
      answers: workingRemote(new Map([[ID, instance(ID)]])),
    });
    await reconcileOnce(subject);

    expect(stateOf(subject)?.lastHandledSwitchAt).toBe('early');
  });

  it('drops the new instance and its Secret when spec.connector is restored', async () => {
    const subject = await pending();
    edited(subject, (connector) => ({
      ...connector,
      metadata: { ...connector.metadata, generation: 3 },
      spec: settledConnector().spec,
    }));
    const from = subject.writes.length;
    await reconcileOnce(subject);

    expect(readiness(subject)).toBe('True Succeeded');
    expect([...subject.remote.keys()]).toEqual([ID]);
    expect(stateOf(subject)?.next).toBeUndefined();
    expect(connectedTo(subject)).toBe(VALUES.token);
    expect(written(subject, from)).toContain('delete secret crm-connection-next');
    // The old instance has its values still.
    expect(subject.calls.filter(([call]) => call === 'patchInstance')).toEqual([]);
  });

  it('returns to the retained instance without a consent when spec.connector is restored', async () => {
    const subject = await switched();
    edited(subject, (connector) => ({
      ...connector,
      metadata: { ...connector.metadata, generation: 3 },
      spec: settledConnector().spec,
    }));
    await reconcileOnce(subject);
    expect(readiness(subject)).toBe('True SwitchPending');
    expect(connectedTo(subject)).toBe(`token-of-${NEW}`);
    expect(connectedTo(subject, 'crm-connection-next')).toBe(VALUES.token);

    annotated(subject, '2');
    await reconcileOnce(subject);
    expect(connectedTo(subject)).toBe(VALUES.token);
    expect(stateOf(subject)).toMatchObject({ instance: { id: ID }, replacing: { id: NEW } });
    expect(subject.calls.filter(([call]) => ['createInstance', 'patchInstance'].includes(call))).toHaveLength(
      1,
    );
  });
});

describe('the end of the retention', () => {
  const DAY = 24 * 60 * MINUTE;
  async function over(change: ConnectorChange = {}): Promise<Subject> {
    const subject = await switched(changing(change));
    expect((await reconcileOnce(subject)).outcome).toMatchObject({ kind: 'again' });
    await subject.clock.advance(DAY);
    await reconcileOnce(subject);
    return subject;
  }

  it('deletes the old instance after status has named it', async () => {
    const subject = await over();

    expect([...subject.remote.keys()]).toEqual([NEW]);
    expect(stateOf(subject)?.replacing).toBeUndefined();
    expect(subject.writes).toContainEqual(['status', { removing: { id: ID } }]);
    expect(eventsOf(subject, 'Replaced')).toHaveLength(1);
    expect(readiness(subject)).toBe('True Succeeded');
  });

  it('comes back for it in time', async () => {
    const subject = await switched(changing({ spec: { replacement: { retainFor: '5m' } } }));

    expect((await reconcileOnce(subject)).outcome).toEqual({ kind: 'again', afterMs: 5 * MINUTE });
  });

  it('leaves the old instance without tags with Orphan', async () => {
    const subject = await over({ spec: { deletionPolicy: 'Orphan' } });

    expect(subject.remote.get(ID)?.tags).toEqual([]);
    expect(stateOf(subject)?.replacing).toBeUndefined();
    expect(readiness(subject)).toBe('True Succeeded');
  });

  it('leaves an adopted instance by default, and goes on with the new one', async () => {
    const subject = await over({ spec: { instance: { importId: ID } } });

    expect(subject.remote.get(ID)?.tags).toEqual([]);
    expect(subject.calls.filter(([call]) => call === 'deleteInstance')).toEqual([]);
    expect(stateOf(subject)).toMatchObject({ instance: { id: NEW }, importId: ID });
    expect(readiness(subject)).toBe('True Succeeded');
    expect((await reconcileOnce(subject)).actions).toEqual([]);
  });

  it('tries again where the tags cannot be removed', async () => {
    const refusals = [new RemoteError('unavailable', 'Open Connectors responded with 503', { status: 503 })];
    const remote = new Map([[ID, instance(ID)]]);
    const working = workingRemote(remote);
    const subject = await switched({
      ...changing(
        { spec: { deletionPolicy: 'Orphan' } },
        {
          answers: workingRemote(remote, {
            patchInstance: (...values: never[]) => {
              const error = refusals.shift();
              if (error !== undefined) {
                throw error;
              }
              return working.patchInstance?.(...values);
            },
          }),
        },
      ),
      remote,
    });
    await subject.clock.advance(DAY);
    await reconcileOnce(subject);
    expect(readiness(subject)).toBe('False RemoteError');
    expect(stateOf(subject)?.replacing?.id).toBe(ID);

    await subject.clock.advance(MINUTE);
    await reconcileOnce(subject);
    expect(remote.get(ID)?.tags).toEqual([]);
    expect(readiness(subject)).toBe('True Succeeded');
  });

  it('takes both instances when the resource is deleted within it', async () => {
    const subject = await switched();
    edited(subject, (connector) => ({
      ...connector,
      metadata: { ...connector.metadata, deletionTimestamp: '2026-03-01T12:00:00Z' },
    }));

    expect((await reconcileOnce(subject)).outcome).toEqual({ kind: 'released' });
    expect([...subject.remote.keys()]).toEqual([]);
  });

  it('takes both instances when the resource is deleted before the switch', async () => {
    const subject = await pending();
    edited(subject, (connector) => ({
      ...connector,
      metadata: { ...connector.metadata, deletionTimestamp: '2026-03-01T12:00:00Z' },
    }));

    expect((await reconcileOnce(subject)).outcome).toEqual({ kind: 'released' });
    expect([...subject.remote.keys()]).toEqual([]);
  });
});

describe('a crash', () => {
  /** Another process: nothing is remembered. */
  const restarted = (subject: Subject): Subject => ({
    ...subject,
    ports: { ...subject.ports, memory: new ConnectorMemory() },
  });
  const failure = new KubeError('network', 'the connection was lost');

  it.each([0, 1, 2, 3, 4])('before write %i of the switch ends in the new instance', async (crashAt) => {
    const subject = await pending();
    annotated(subject, '1');
    let writes = 0;
    const tick = (): void => {
      if (writes++ === crashAt) {
        throw failure;
      }
    };
    const { connectors, secrets } = subject.ports;
    const crashing: Subject = {
      ...subject,
      ports: {
        ...subject.ports,
        connectors: {
          ...connectors,
          patchStatus: async (...values) => {
            tick();
            return await connectors.patchStatus(...values);
          },
        },
        secrets: {
          ...secrets,
          update: async (...values) => {
            tick();
            return await secrets.update(...values);
          },
          remove: async (...values) => {
            tick();
            return await secrets.remove(...values);
          },
        },
      },
    };
    await reconcileOnce(crashing).catch((error: unknown) => expect(error).toBe(failure));
    expect(writes).toBeGreaterThan(crashAt);
    expect([VALUES.token, `token-of-${NEW}`]).toContain(connectedTo(subject));

    const next = restarted(subject);
    await reconcileOnce(next);
    expect(connectedTo(next)).toBe(`token-of-${NEW}`);
    expect(next.secrets.get('crm-connection-next')).toBeUndefined();
    expect(stateOf(next)).toMatchObject({ instance: { id: NEW }, replacing: { id: ID } });
    expect(readiness(next)).toBe('True Succeeded');
    expect([...next.remote.keys()]).toEqual([ID, NEW]);
  });
});

describe('a leader with a stale cache', () => {
  const conflict = { kind: 'conflict' };
  /** A reconcile of what was stored at the time of `seen`. */
  const passOf = (subject: Subject, seen: InfusionsoftConnector) =>
    reconcileOnce({
      ...subject,
      ports: { ...subject.ports, memory: new ConnectorMemory() },
      stored: () => seen,
    });

  it('does not switch a second time', async () => {
    const subject = await pending();
    annotated(subject, '1');
    const seen = subject.stored();
    await reconcileOnce(subject);
    annotated(subject, '2');
    await reconcileOnce(subject);
    expect(connectedTo(subject)).toBe(VALUES.token);

    await expect(passOf(subject, seen)).rejects.toMatchObject(conflict);
    expect(connectedTo(subject)).toBe(VALUES.token);
  });

  it('gives applications neither the old connection nor the one before the switch', async () => {
    const subject = await pending();
    const seen = subject.stored();
    annotated(subject, '1');
    await reconcileOnce(subject);

    await expect(passOf(subject, seen)).rejects.toMatchObject(conflict);
    expect(connectedTo(subject)).toBe(`token-of-${NEW}`);
    expect(subject.secrets.get('crm-connection-next')).toBeUndefined();
  });

  it.each(['Delete', 'Orphan'] as const)(
    'leaves the instance that is in use again with %s',
    async (policy) => {
      const subject = await switched(changing({ spec: { deletionPolicy: policy } }));
      const seen = subject.stored();
      annotated(subject, '2');
      await reconcileOnce(subject);
      await subject.clock.advance(25 * 60 * MINUTE);

      await expect(passOf(subject, seen)).rejects.toMatchObject(conflict);
      expect(subject.remote.get(ID)?.tags).toEqual(instance(ID).tags);
      expect(connectedTo(subject)).toBe(VALUES.token);
    },
  );

  it('publishes no connection of an instance that was dropped', async () => {
    const subject = await pending();
    const seen = subject.stored();
    edited(subject, (connector) => ({
      ...connector,
      metadata: { ...connector.metadata, generation: 3 },
      spec: settledConnector().spec,
    }));
    const dropped = subject.remote.get(NEW) ?? instance(NEW);
    await reconcileOnce(subject);
    // Its listing is from before.
    subject.inventory.learn(dropped);

    await expect(passOf(subject, seen)).rejects.toMatchObject(conflict);
    expect(subject.secrets.get('crm-connection-next')).toBeUndefined();
  });

  it('leaves the instance that applications use since the restored connector was changed again', async () => {
    const subject = await pending();
    edited(subject, (connector) => ({
      ...connector,
      metadata: { ...connector.metadata, generation: 3 },
      spec: settledConnector().spec,
    }));
    const seen = subject.stored();
    edited(subject, (connector) => ({
      ...connector,
      metadata: { ...connector.metadata, generation: 4 },
      spec: { ...settledConnector().spec, ...REST },
    }));
    annotated(subject, '1');
    await reconcileOnce(subject);

    await expect(passOf(subject, seen)).rejects.toMatchObject(conflict);
    expect([...subject.remote.keys()]).toEqual([ID, NEW]);
    expect(connectedTo(subject)).toBe(`token-of-${NEW}`);
  });
});
