import { describe, expect, it } from 'vitest';
import { accountPublisher, createAccountController } from '../../../src/account/controller.ts';
import type { AccountPorts } from '../../../src/account/ports.ts';
import type { AccountStatus } from '../../../src/api/account.ts';
import { ACCOUNT_FINALIZER, ACCOUNT_NAMES, ACCOUNT_RESOURCE } from '../../../src/api/group.ts';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import { INDEX, secretsOfAccount } from '../../../src/ownership/references.ts';
import type { Manager, ReferencedResource } from '../../../src/reconciler/controller.ts';
import { UNOBSERVED } from '../../../src/reconciler/reconcile-observer.ts';
import { account } from '../../support/builders/account.ts';
import { accountBench } from '../../support/builders/account-bench.ts';
import { ACCOUNT, condition } from '../../support/builders/connector.ts';
import { workingRemote } from '../../support/builders/remote.ts';

const SECRETS: ReferencedResource = { resource: wellKnown.secrets, indexes: {} };
const { signal } = new AbortController();

/** The controller over a bench whose account works. */
function controller() {
  const bench = accountBench(workingRemote(new Map()));
  const released: string[] = [];
  const it = createAccountController({
    secrets: SECRETS,
    ports: () => bench.ports,
    releaseFallback: async (uid, namespace) => {
      released.push(`${namespace}/${uid}`);
    },
  });
  return { bench, released, it };
}

describe('the controller of accounts', () => {
  it('watches accounts and the Secrets that they reference, and adds the finalizer itself', () => {
    const { it: subject } = controller();
    expect(subject).toMatchObject({
      kind: ACCOUNT_NAMES.kind,
      resource: ACCOUNT_RESOURCE,
      indexes: { [INDEX.secret]: secretsOfAccount },
      references: [{ to: SECRETS, index: INDEX.secret }],
      finalizer: { name: ACCOUNT_FINALIZER, addedBy: 'operator' },
    });
  });

  it('waits for Open Connectors with the calls that it makes there', () => {
    expect([...controller().it.externalActions].sort()).toEqual(['list', 'verify']);
  });

  it('reconciles what the cache holds', async () => {
    const { it: subject, bench } = controller();
    await expect(subject.reconcile(account(), signal, UNOBSERVED)).resolves.toMatchObject({ kind: 'again' });
    expect(bench.statuses.at(-1)?.conditions).toMatchObject([{ type: 'Ready', status: 'True' }]);
  });

  it('refuses an object that is no account', async () => {
    const { it: subject } = controller();
    expect(() => subject.reconcile({ kind: 'Widget' }, signal, UNOBSERVED)).toThrow();
  });

  it('forgets a deleted account: its session, its connectors and its fallback credentials', async () => {
    const { it: subject, bench, released } = controller();
    await subject.reconcile(account(), signal, UNOBSERVED);
    bench.woken.length = 0;
    await subject.forget(account(), signal);
    expect(bench.registry.session('team-a', 'sap')).toBeUndefined();
    expect(bench.ports.inputHashes.size).toBe(0);
    expect([bench.woken, released]).toEqual([['users'], [`team-a/${ACCOUNT.uid}`]]);
  });

  it('shows the account to an observer with the result', async () => {
    const { it: subject } = controller();
    const seen: unknown[] = [];
    await subject.reconcile(account(), signal, {
      ...UNOBSERVED,
      concluded: (resource, end) => seen.push([resource.metadata.name, end.kind]),
    });
    expect(seen).toEqual([['sap', 'ready']]);
  });
});

describe('the publisher of accounts', () => {
  function publisher() {
    const patches: unknown[] = [];
    const events: unknown[] = [];
    const manager = {
      patch: async (...[resource, object, patch, subresource]: Parameters<Manager['patch']>) => {
        patches.push([resource, object.metadata.name, patch, subresource]);
        return account();
      },
      recordEvent: (...[object, action, event]: Parameters<Manager['recordEvent']>) => {
        events.push([object.metadata.name, action, event.type, event.reason]);
      },
    } as Pick<Manager, 'patch' | 'recordEvent'> as Manager;
    return { patches, events, it: accountPublisher(manager) };
  }
  const ready: AccountStatus = { conditions: [condition('Ready', 'True', 'Succeeded')] };
  const failed: AccountStatus = { conditions: [condition('Ready', 'False', 'AccountUnauthorized')] };

  it('writes what differs in status, with the events that follow from it', async () => {
    const { it: subject, patches, events } = publisher();
    await subject.report(account(), ready);
    await subject.report(account({ status: ready }), failed);
    expect(patches).toEqual([
      [ACCOUNT_RESOURCE, 'sap', { status: ready }, 'status'],
      [ACCOUNT_RESOURCE, 'sap', { status: failed }, 'status'],
    ]);
    expect(events).toEqual([
      ['sap', 'Verify', 'Normal', 'Succeeded'],
      ['sap', 'Verify', 'Warning', 'AccountUnauthorized'],
    ]);
  });

  it('writes nothing where nothing differs', async () => {
    const { it: subject, patches, events } = publisher();
    await subject.report(account({ status: ready }), ready);
    await subject.report(account(), {});
    expect([patches, events]).toEqual([[], []]);
  });

  it('records an event of its own', () => {
    const { it: subject, events } = publisher();
    const event: Parameters<AccountPorts['recordEvent']>[1] = {
      type: 'Warning',
      reason: 'FallbackCredentialsNotWritten',
      message: 'No permission.',
    };
    subject.recordEvent(account(), event);
    expect(events).toEqual([['sap', 'Verify', 'Warning', 'FallbackCredentialsNotWritten']]);
  });
});
