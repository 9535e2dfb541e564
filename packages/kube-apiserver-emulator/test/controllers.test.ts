import { VirtualClock } from 'test-kit/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { type Client, elements, type Json } from './support/client.ts';
import { servers } from './support/server.ts';
import { definitionsPath, widget, widgetDefinition, widgetsPath } from './support/widgets.ts';

const start = servers();
const widgets = widgetsPath('default');
const secrets = '/api/v1/namespaces/default/secrets';

/** A client of a server whose controllers have had all the turns they want after `settle`. */
async function quiet(): Promise<{ client: Client; settle: () => Promise<void> }> {
  const clock = new VirtualClock();
  const { client } = await start({ clock });
  await client.post(definitionsPath, widgetDefinition);
  const settle = async (): Promise<void> => {
    // One turn of the controllers can cause the next.
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance(0);
    }
  };
  return { client, settle };
}

function ownedBy(owner: Json, extra: object = {}): object {
  const { name, uid } = owner['metadata'] ?? {};
  return { apiVersion: 'example.com/v1', kind: 'Widget', name, uid, ...extra };
}

async function ownedSecret(client: Client, name: string, ...ownerReferences: object[]): Promise<void> {
  const { status } = await client.post(secrets, { metadata: { name, ownerReferences } });
  expect(status).toBe(201);
}

describe('garbage collection', () => {
  test('deletes an object after its only owner, not together with it', async () => {
    const { client, settle } = await quiet();
    const { body } = await client.post(widgets, widget('owner'));
    await ownedSecret(client, 'owned', ownedBy(body, { controller: true }));
    await client.delete(`${widgets}/owner`);
    expect((await client.get(`${secrets}/owned`)).status).toBe(200);
    await settle();
    expect((await client.get(`${secrets}/owned`)).status).toBe(404);
  });

  test('keeps an object with another owner and removes the lost reference', async () => {
    const { client, settle } = await quiet();
    const one = await client.post(widgets, widget('one'));
    const two = await client.post(widgets, widget('two'));
    await ownedSecret(client, 'owned', ownedBy(one.body), ownedBy(two.body));
    await client.delete(`${widgets}/one`);
    await settle();
    const { body } = await client.get(`${secrets}/owned`);
    expect(elements(body['metadata']?.['ownerReferences']).map(({ name }) => name)).toEqual(['two']);
  });

  test('ignores an owner of the same name with another uid', async () => {
    const { client, settle } = await quiet();
    await client.post(widgets, widget('owner'));
    const stale = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'owner', uid: 'of-an-earlier-one' };
    await ownedSecret(client, 'owned', stale);
    await settle();
    expect((await client.get(`${secrets}/owned`)).status).toBe(404);
  });

  test('keeps an object with an owner of an unknown kind', async () => {
    const { client, settle } = await quiet();
    await ownedSecret(client, 'owned', {
      apiVersion: 'nobody.example.com/v1',
      kind: 'Owner',
      name: 'a',
      uid: 'u',
    });
    await settle();
    expect((await client.get(`${secrets}/owned`)).status).toBe(200);
  });

  test('waits for finalizers of a collected object', async () => {
    const { client, settle } = await quiet();
    const { body } = await client.post(widgets, widget('owner'));
    const metadata = { name: 'owned', finalizers: ['example.com/x'], ownerReferences: [ownedBy(body)] };
    await client.post(secrets, { metadata });
    await client.delete(`${widgets}/owner`);
    await settle();
    const held = await client.get(`${secrets}/owned`);
    expect(held.body['metadata']).toHaveProperty('deletionTimestamp');
  });

  test('Foreground: the owner waits for blocking dependents', async () => {
    const { client, settle } = await quiet();
    const { body } = await client.post(widgets, widget('owner'));
    const metadata = {
      name: 'owned',
      finalizers: ['example.com/x'],
      ownerReferences: [ownedBy(body, { blockOwnerDeletion: true })],
    };
    await client.post(secrets, { metadata });
    await client.delete(`${widgets}/owner`, { propagationPolicy: 'Foreground' });
    await settle();
    expect((await client.get(`${secrets}/owned`)).body['metadata']).toHaveProperty('deletionTimestamp');
    expect((await client.get(`${widgets}/owner`)).status).toBe(200);
    await client.mergePatch(`${secrets}/owned`, { metadata: { finalizers: null } });
    await settle();
    expect((await client.get(`${widgets}/owner`)).status).toBe(404);
  });

  test('Orphan: dependents stay without the reference', async () => {
    const { client, settle } = await quiet();
    const { body } = await client.post(widgets, widget('owner'));
    await ownedSecret(client, 'owned', ownedBy(body));
    await client.delete(`${widgets}/owner`, { propagationPolicy: 'Orphan' });
    await settle();
    expect((await client.get(`${widgets}/owner`)).status).toBe(404);
    const kept = await client.get(`${secrets}/owned`);
    expect(kept.status).toBe(200);
    expect(kept.body['metadata']).not.toHaveProperty('ownerReferences');
  });
});

describe('namespaces', () => {
  test('are emptied and then deleted', async () => {
    const { client, settle } = await quiet();
    await client.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    const inTeam = widgetsPath('team');
    await client.post(inTeam, widget('a'));
    await client.post('/api/v1/namespaces/team/secrets', { metadata: { name: 'a' } });
    await client.delete('/api/v1/namespaces/team');
    expect((await client.get(`${inTeam}/a`)).status).toBe(200);
    await settle();
    expect((await client.get(`${inTeam}/a`)).status).toBe(404);
    expect((await client.get('/api/v1/namespaces/team')).status).toBe(404);
    expect((await client.post('/api/v1/namespaces', { metadata: { name: 'team' } })).status).toBe(201);
  });

  test('wait for finalizers and list them', async () => {
    const { client, settle } = await quiet();
    await client.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    const inTeam = widgetsPath('team');
    await client.post(inTeam, widget('a', { size: 1 }, { finalizers: ['example.com/x'] }));
    await client.delete('/api/v1/namespaces/team');
    await settle();
    const waiting = await client.get('/api/v1/namespaces/team');
    expect(waiting.body['status']).toMatchObject({ phase: 'Terminating' });
    expect(elements(waiting.body['status']?.['conditions'])).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceFinalizersRemaining',
        status: 'True',
        message:
          'Some content in the namespace has finalizers remaining: example.com/x in 1 resource instances',
      }),
    );
    expect((await client.get(`${inTeam}/a`)).body['metadata']).toHaveProperty('deletionTimestamp');
    await client.mergePatch(`${inTeam}/a`, { metadata: { finalizers: [] } });
    await settle();
    expect((await client.get('/api/v1/namespaces/team')).status).toBe(404);
  });

  test('delete Secrets before a custom resource with a finalizer, as operators must expect', async () => {
    const { client, settle } = await quiet();
    await client.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    await client.post(widgetsPath('team'), widget('a', { size: 1 }, { finalizers: ['example.com/x'] }));
    await client.post('/api/v1/namespaces/team/secrets', { metadata: { name: 'a' } });
    await client.delete('/api/v1/namespaces/team');
    await settle();
    expect((await client.get('/api/v1/namespaces/team/secrets/a')).status).toBe(404);
    expect((await client.get(`${widgetsPath('team')}/a`)).status).toBe(200);
  });
});
