import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kube/client/object.ts';
import { createMetrics } from '../../../../src/telemetry/metrics/metrics.ts';
import { createPauseBook } from '../../../../src/telemetry/metrics/pauses.ts';
import type { OperatorResources } from '../../../../src/telemetry/metrics/resource-metrics.ts';
import { exposeResources } from '../../../../src/telemetry/metrics/resource-metrics.ts';
import { readExposition } from '../../../support/exposition.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const clock = new VirtualClock(Date.UTC(2026, 0, 2));

type Said = readonly [type: string, status: string, reason: string, since?: string];

function object(kind: string, name: string, said: readonly Said[], status: object = {}): KubeObject {
  const conditions = said.map(([type, value, reason, since = '2026-01-01T00:00:00Z']) => ({
    type,
    status: value,
    reason,
    message: 'a message',
    lastTransitionTime: since,
  }));
  const metadata = { namespace: 'team', name, uid: `uid-${name}`, resourceVersion: '1' };
  return {
    apiVersion: 'openconnectors.dev/v1beta1',
    kind,
    metadata,
    status: { conditions, ...status },
  } as KubeObject;
}

const connector = (name: string, ...said: readonly Said[]) => object('InfusionsoftConnector', name, said);

function bench(first: Partial<OperatorResources> | undefined, perResource = false) {
  const metrics = createMetrics();
  const pauses = createPauseBook();
  let current = first;
  exposeResources(metrics, {
    resources: () => current && { connectors: [], accounts: [], defaultAccount: undefined, ...current },
    pauses,
    clock,
    perResource,
  });
  return {
    pauses,
    become: (resources: Partial<OperatorResources> | undefined) => {
      current = resources;
    },
    scrape: async () => readExposition(await metrics.expose()),
  };
}

describe('metrics about resources', () => {
  test('conditions are counted, not named', async () => {
    const { scrape } = bench({
      connectors: [
        connector('a', ['Ready', 'True', 'Succeeded']),
        connector('b', ['Ready', 'True', 'Succeeded']),
        connector('c', ['Ready', 'False', 'SecretNotFound'], ['Stalled', 'True', 'SecretNotFound']),
      ],
      accounts: [object('OpenConnectorsAccount', 'sap', [['Ready', 'True', 'Succeeded']])],
    });
    const { of } = await scrape();

    expect(
      of('openconnectors_resource_conditions').map(({ labels, value }) => [...Object.values(labels), value]),
    ).toEqual([
      ['InfusionsoftConnector', 'Ready', 'True', 'Succeeded', 2],
      ['InfusionsoftConnector', 'Ready', 'False', 'SecretNotFound', 1],
      ['InfusionsoftConnector', 'Stalled', 'True', 'SecretNotFound', 1],
      ['OpenConnectorsAccount', 'Ready', 'True', 'Succeeded', 1],
    ]);
    expect(of('openconnectors_status_condition')).toEqual([]);
  });

  test('connectors are counted by their element, and a standby counts none', async () => {
    const of = (element: string | undefined): KubeObject =>
      ({ ...connector('a'), spec: element === undefined ? {} : { connector: element } }) as KubeObject;
    const { scrape, become } = bench({
      connectors: [of('infusionsoftcrm'), of('infusionsoftrest'), of('infusionsoftrest'), of(undefined)],
    });
    const counts = async () =>
      (await scrape())
        .of('openconnectors_connectors')
        .map(({ labels, value }) => [labels['connector'], value]);
    expect(await counts()).toEqual([
      ['infusionsoftcrm', 1],
      ['infusionsoftrest', 2],
    ]);
    become(undefined);
    expect(await counts()).toEqual([]);
  });

  test('each resource has series where they are asked for, and none when it is deleted', async () => {
    const { scrape, become } = bench({ connectors: [connector('a', ['Ready', 'True', 'Succeeded'])] }, true);
    expect((await scrape()).of('openconnectors_status_condition')).toEqual([
      {
        name: 'openconnectors_status_condition',
        labels: {
          kind: 'InfusionsoftConnector',
          namespace: 'team',
          name: 'a',
          condition: 'Ready',
          status: 'True',
        },
        value: 1,
      },
    ]);

    become({ connectors: [connector('a', ['Ready', 'False', 'Throttled'])] });
    const changed = (await scrape()).of('openconnectors_status_condition');
    expect(changed.map(({ labels }) => labels['status'])).toEqual(['False']);

    become({ connectors: [] });
    expect((await scrape()).of('openconnectors_status_condition')).toEqual([]);
    expect((await scrape()).of('openconnectors_resource_conditions')).toEqual([]);
  });

  test('a standby exports no metrics about resources, so that a sum over replicas is correct', async () => {
    const { scrape, become } = bench({
      connectors: [connector('a', ['Authorized', 'False', 'AuthorizationRequired'])],
      accounts: [object('OpenConnectorsAccount', 'sap', [], { instances: { managed: 3, orphaned: 1 } })],
    });
    await scrape();
    become(undefined);
    const { of, value } = await scrape();

    expect(of('openconnectors_resource_conditions')).toEqual([]);
    expect(of('openconnectors_instances_managed')).toEqual([]);
    expect(of('openconnectors_account_paused')).toEqual([]);
    expect(value('openconnectors_authorizations_pending')).toBe(0);
    expect(value('openconnectors_authorization_pending_seconds')).toBe(0);
  });

  test('the wait for a consent is that of the connector that waits longest', async () => {
    const { scrape } = bench({
      connectors: [
        connector('a', ['Authorized', 'False', 'AuthorizationRequired', '2026-01-01T23:00:00Z']),
        connector('b', ['Authorized', 'False', 'AuthorizationDenied', '2026-01-01T18:00:00Z']),
        connector('c', ['Authorized', 'True', 'Authorized', '2025-01-01T00:00:00Z']),
        connector('d', ['Authorized', 'Unknown', 'SecretNotFound', '2025-01-01T00:00:00Z']),
      ],
    });
    const { value } = await scrape();

    expect(value('openconnectors_authorizations_pending')).toBe(2);
    expect(value('openconnectors_authorization_pending_seconds')).toBe(6 * 3600);
  });

  test("accounts show their instances and pauses, the operator's own among them", async () => {
    const { scrape, pauses } = bench({
      accounts: [
        object('OpenConnectorsAccount', 'sap', [], { instances: { managed: 3, orphaned: 1 } }),
        object('OpenConnectorsAccount', 'partial', [], { instances: { managed: 5 } }),
      ],
      defaultAccount: { instances: { managed: 7 } },
    });
    pauses.note({ accountUid: 'uid-sap', credential: 'abc' }, 'throttled');
    pauses.note({ accountUid: 'uid-deleted', credential: 'abc' }, 'throttled');
    pauses.note({ accountUid: 'default', credential: 'abc' }, 'unavailable');
    const { of } = await scrape();
    const told = (name: string) =>
      of(name).map(({ labels, value }) => `${labels['namespace']}/${labels['account']} ${value}`);

    expect(told('openconnectors_instances_managed')).toEqual(['team/sap 3', 'team/partial 5', '/default 7']);
    expect(told('openconnectors_instances_orphaned')).toEqual(['team/sap 1']);
    expect(
      of('openconnectors_account_paused')
        .filter(({ value }) => value === 1)
        .map(({ labels }) => [labels['account'], labels['cause']]),
    ).toEqual([
      ['sap', 'throttled'],
      ['default', 'unavailable'],
    ]);
    expect(of('openconnectors_account_paused')).toHaveLength(6);
  });

  test.each([
    ['no status', undefined],
    ['a status that is none', 'broken'],
    ['conditions that are none', { conditions: [{ type: 7 }] }],
  ])('%s of an object is passed over', async (_title, status) => {
    const broken = { ...connector('a'), status } as KubeObject;
    const { scrape } = bench({ connectors: [broken], accounts: [broken] }, true);

    expect((await scrape()).of('openconnectors_resource_conditions')).toEqual([]);
  });
});
