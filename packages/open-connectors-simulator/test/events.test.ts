import { describe, expect, it } from 'vitest';
import { createBody, running } from './client.ts';

const EVENTS = {
  'event.notification.enabled': 'true',
  'event.vendor.type': 'polling',
  'event.notification.callback.url': 'https://events.example.com/x',
  'event.notification.signature.key': 'a-signature-key',
  'event.poller.refresh_interval': '5',
  'event.poller.urls': 'contacts|orders',
};

describe('the events of an instance', () => {
  const create = async (run: Awaited<ReturnType<typeof running>>) => {
    const body = createBody(run.simulator, { element: { key: 'infusionsoftrest' } });
    const { json } = await run.call('POST', '/instances', { body });
    return json as { id: number; token: string };
  };

  it('are configured by PATCH, and their key is masked or clear', async () => {
    await using run = await running();
    const { id, token } = await create(run);
    const pollers = async () =>
      (await run.call('GET', '/instances/event-poller-records', { element: token })).json;
    expect(await pollers()).toEqual([]);
    const patched = await run.call('PATCH', `/instances/${id}`, { body: { configuration: EVENTS } });
    expect(patched.json).toMatchObject({
      eventsEnabled: true,
      configuration: { ...EVENTS, 'event.notification.signature.key': '********' },
    });
    expect(await pollers()).toMatchObject([
      { objectName: 'contacts', pollInterval: 5 },
      { objectName: 'orders', pollInterval: 5 },
    ]);
    run.simulator.knobs.signatureKeyMasked = false;
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({ configuration: EVENTS });
  });

  it('are ignored by PATCH where the knob says so', async () => {
    await using run = await running();
    const { id } = await create(run);
    run.simulator.knobs.eventKeysByPatch = false;
    const patched = await run.call('PATCH', `/instances/${id}`, { body: { configuration: EVENTS } });
    expect(patched.json).toMatchObject({ eventsEnabled: false });
  });

  it('have a default configuration in the definition of the element', async () => {
    await using run = await running();
    const { json } = await run.call('GET', '/elements/infusionsoftrest');
    const { configuration } = json as { configuration: { key: string; defaultValue: string | null }[] };
    const text = configuration.find(({ key }) => key === 'event.poller.configuration')?.defaultValue ?? '';
    expect(Object.keys(JSON.parse(text))).toEqual(['appointments', 'contacts']);
  });
});
