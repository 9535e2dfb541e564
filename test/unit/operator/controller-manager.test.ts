import { type ApiServer, startApiServer } from 'kube-apiserver-emulator/index.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeClient } from '../../../src/kube/client/kube-client.ts';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import { createLeadership } from '../../../src/kube/leader/create-leadership.ts';
import { objectKey } from '../../../src/kube/watch/store.ts';
import { ControllerManager } from '../../../src/operator/controller-manager.ts';
import type { Controller, ReferencedResource } from '../../../src/reconciler/controller.ts';
import type { ReconcileOutcome } from '../../../src/reconciler/outcome.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { systemRandom } from '../../../src/runtime/random.ts';
import { API_VERSION, definitionOf } from '../../support/kube/definition.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { recordingLogger } from '../../support/kube/recording-logger.ts';

const SECRETS: ReferencedResource = {
  resource: wellKnown.secrets,
  indexes: { label: ({ metadata }) => Object.values(metadata.labels ?? {}) },
};

let server: ApiServer;
let manager: ControllerManager;
let log: string[];
let outcome: ReconcileOutcome;

/** A controller that logs its calls; its objects reference the Secret of their name. */
function controller(
  kind: Controller['kind'],
  plural: string,
  addedBy: Controller['finalizer']['addedBy'],
): Controller {
  const nameOf = (object: unknown): string => (object as KubeObject).metadata.name;
  return {
    kind,
    resource: { group: 'example.dev', version: 'v1', plural },
    indexes: { secret: ({ metadata }) => [objectKey(metadata.namespace, metadata.name)] },
    references: [{ to: SECRETS, index: 'secret' }],
    finalizer: { name: 'example.dev/f', addedBy },
    externalActions: new Set(),
    async reconcile(object) {
      log.push(`reconcile ${plural} ${nameOf(object)}`);
      return outcome;
    },
    async forget(object) {
      log.push(`forget ${plural} ${nameOf(object)}`);
    },
  };
}

beforeEach(async () => {
  server = await startApiServer({
    namespaces: ['team'],
    definitions: [definitionOf('Account'), definitionOf('Connector')],
  });
  log = [];
  outcome = { kind: 'done' };
  const kubeConfig = pooledConfigOf(server.kubeconfig);
  const logger = recordingLogger();
  const environment = { clock: systemClock, random: systemRandom, logger };
  const client = createKubeClient({ kubeConfig, clock: systemClock, userAgent: 'test' });
  manager = new ControllerManager({
    ...environment,
    client,
    leadership: createLeadership({ ...environment, rest: client.rest, election: undefined }),
    workers: 1,
    component: 'example.dev/operator',
    instance: 'pod-1',
    controllers: [
      controller('OpenConnectorsAccount', 'accounts', 'operator'),
      controller('InfusionsoftConnector', 'connectors', 'reconcile'),
    ],
    namespaces: [],
    labelSelector: undefined,
    prepare: async () => void log.push('prepare'),
    onLeading: async () => void log.push('lead'),
  });
});

afterEach(async () => {
  await manager.stop(0);
  await server.stop();
});

const KINDS = { accounts: 'Account', connectors: 'Connector' };

const objects = (plural: string) => server.objects({ group: 'example.dev', version: 'v1', plural });

function add(plural: keyof typeof KINDS, name: string, metadata: Record<string, unknown> = {}): void {
  const kind = KINDS[plural];
  objects(plural).create('team', { apiVersion: API_VERSION, kind, metadata: { name, ...metadata } });
}

describe('the controller manager', () => {
  it('prepares, then leads, then reconciles the objects of every controller', async () => {
    add('accounts', 'sap', { finalizers: ['example.dev/f'] });
    add('connectors', 'crm');
    await manager.start();
    await expect.poll(() => log.length).toBe(4);
    expect(log.slice(0, 2)).toEqual(['prepare', 'lead']);
    expect(log.slice(2).toSorted()).toEqual(['reconcile accounts sap', 'reconcile connectors crm']);
  });

  it('reconciles the objects that reference a changed object', async () => {
    add('connectors', 'crm');
    add('connectors', 'other');
    await manager.start();
    await expect.poll(() => log.length).toBe(4);
    await expect.poll(() => server.faults.openWatches()).toBe(3);
    server.objects(wellKnown.secrets).create('team', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'crm', labels: { owner: 'a' } },
    });
    await expect.poll(() => log.slice(4)).toEqual(['reconcile connectors crm']);
    expect(manager.store(wellKnown.secrets).byIndex('label', 'a')).toHaveLength(1);
  });

  it('reconciles in the order of the first list, whenever the referenced objects are listed', async () => {
    for (const name of ['a', 'b', 'c']) {
      add('connectors', name);
    }
    server.objects(wellKnown.secrets).create('team', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'b' },
    });
    server.faults.inject({ verb: 'list', resource: 'secrets' }, { kind: 'delay', ms: 200 });
    await manager.start();
    await expect
      .poll(() => log.slice(2))
      .toEqual(['reconcile connectors a', 'reconcile connectors b', 'reconcile connectors c']);
  });

  it('adds the finalizer first only where the controller leaves it to the operator', async () => {
    add('accounts', 'sap');
    add('connectors', 'crm');
    await manager.start();
    await expect.poll(() => log.length).toBe(4);
    const finalizersOf = (plural: string, name: string) =>
      objects(plural).get('team', name).metadata.finalizers;
    expect(finalizersOf('accounts', 'sap')).toEqual(['example.dev/f']);
    expect(finalizersOf('connectors', 'crm')).toBeUndefined();
  });

  it.each(['accounts', 'connectors'] as const)(
    'keeps the finalizer of deleted %s until released',
    async (plural) => {
      add(plural, 'a', { finalizers: ['example.dev/f'] });
      await manager.start();
      await expect.poll(() => log.length).toBe(3);
      await expect.poll(() => server.faults.openWatches()).toBe(3);
      outcome = { kind: 'again', afterMs: 100 };
      objects(plural).delete('team', 'a');
      await expect.poll(() => log.length).toBeGreaterThan(3);
      expect(objects(plural).list('team')).toHaveLength(1);
      outcome = { kind: 'released' };
      await expect.poll(() => log.at(-1)).toBe(`forget ${plural} a`);
      expect(objects(plural).list('team')).toEqual([]);
    },
  );
});
