import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const FIRST_KEY = 'first-signature-key-0f3a';
const NEXT_KEY = 'next-signature-key-77e1';

describeControlPlanes('the events of a connector', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator({
      env: { INVENTORY_INTERVAL: '1s', ALLOWED_EVENT_HOSTS: 'events.example.com' },
    });
  });
  afterAll(() => bench?.stop());

  it('are enabled, corrected, rotated and disabled without a consent', async () => {
    const namespace = await bench.namespace('events');
    await createPrerequisites(bench, namespace);
    await namespace.create(
      secret('crm-events', { signatureKey: FIRST_KEY }),
      connector('crm', {
        connector: 'infusionsoftrest',
        server: undefined,
        encryptedKeySecretRef: undefined,
        oauth: {
          clientSecretRef: { name: 'crm-oauth' },
          callbackUrl: CALLBACK_URL,
          authorizationCodeSecretRef: { name: 'crm-code' },
        },
      }),
    );
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const id = (await namespace.connector('crm')).status?.instance?.id ?? 0;
    const shown = () => bench.simulator.instances().find((found) => found.id === id)?.configuration ?? {};
    const until = (what: string, holds: () => boolean) =>
      poll(
        async () => (holds() ? true : undefined),
        20_000,
        () => `it did not happen: ${what}`,
      );

    await namespace.patch(KIND, 'crm', {
      spec: {
        events: {
          callbackUrl: 'https://events.example.com/x',
          signatureKeySecretRef: { name: 'crm-events' },
          pollInterval: '5m',
          resources: ['contacts', 'orders'],
        },
      },
    });
    await until('the events', () => shown()['event.notification.enabled'] === 'true');
    expect(shown()).toMatchObject({
      'event.notification.callback.url': 'https://events.example.com/x',
      'event.notification.signature.key': FIRST_KEY,
      'event.poller.refresh_interval': '5',
      'event.poller.urls': 'contacts|orders',
    });
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    // The simulator's definition of the element has a default for contacts, and none for orders.
    expect(JSON.parse(shown()['event.poller.configuration'] ?? '{}')).toMatchObject({
      contacts: { url: expect.stringContaining('ssXXX') },
      orders: { idField: 'id' },
    });

    bench.simulator.editInstance(id, { configuration: { 'event.poller.refresh_interval': '1' } });
    await until('the correction', () => shown()['event.poller.refresh_interval'] === '5');

    await namespace.patch('Secret', 'crm-events', { stringData: { signatureKey: NEXT_KEY } });
    await until('the new key', () => shown()['event.notification.signature.key'] === NEXT_KEY);

    await namespace.patch(KIND, 'crm', { spec: { events: null } });
    await until('the end of the events', () => shown()['event.notification.enabled'] === 'false');
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect((await namespace.connector('crm')).status?.events).toBeUndefined();
    expect(bench.simulator.ledger.count('replaceInstance')).toBe(0);
    expect(bench.simulator.ledger.count('readElement')).toBe(1);
  });
});
