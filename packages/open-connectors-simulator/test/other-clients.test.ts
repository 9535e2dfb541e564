import { describe, expect, it } from 'vitest';
import { createBody, type Running, running } from './client.ts';
import { manualClock } from './clock.ts';

const listed = async (run: Running) =>
  (await run.call('GET', '/instances?hydrate=true')).json as readonly {
    id: number;
    tags: string[];
    disabled: boolean;
  }[];

describe('a copy in the console', () => {
  it('has the same name, tags and values under a new id and token', async () => {
    await using run = await running();
    const original = run.simulator.addInstance({ name: 'crm', tags: ['k8s-uid-1', 'team'] });
    const copy = run.simulator.copyInstance(original.id);
    expect(copy).toMatchObject({ name: 'crm', tags: ['k8s-uid-1', 'team'], works: true });
    expect(copy.id).not.toBe(original.id);
    expect(copy.token).not.toBe(original.token);
    run.simulator.editInstance(copy.id, { tags: [] });
    expect((await run.call('GET', `/instances/${original.id}`)).json).toMatchObject({
      tags: ['k8s-uid-1', 'team'],
    });
  });

  it('is created at the given time', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const original = run.simulator.addInstance({ createdAt: Date.UTC(2025, 0, 1) });
    const copy = run.simulator.copyInstance(original.id, { createdAt: Date.UTC(2025, 5, 1) });
    expect([original.createdDate, copy.createdDate]).toEqual([
      '2025-01-01T00:00:00Z',
      '2025-06-01T00:00:00Z',
    ]);
    expect((await run.call('GET', `/instances/${copy.id}`)).json).toMatchObject({
      createdDate: '2025-06-01T00:00:00Z',
    });
    expect(run.simulator.copyInstance(original.id).createdDate).toBe('2026-01-01T00:00:00Z');
  });

  it('can be requested while the simulator runs', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance();
    const url = `${run.simulator.baseUrl}/_simulator/instances/${id}/copy`;
    const copy = (await run.open('POST', url, { body: {} })).json as { id: number };
    expect(run.simulator.instances().map((instance) => instance.id)).toEqual([id, copy.id]);
  });
});

describe('an instance of another client', () => {
  it('has the OAuth app that it is created with', async () => {
    await using run = await running();
    const app = run.simulator.registerApp();
    const instance = run.simulator.addInstance({ clientId: app.clientId });
    expect(instance).toMatchObject({
      configuration: { 'oauth.api.key': app.clientId, 'oauth.api.secret': app.clientSecret },
      works: true,
    });
    expect(app.clientId).not.toBe(run.simulator.app.clientId);
  });
});

describe('a change by another client during a request', () => {
  it('takes an instance over immediately before the request', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance({ tags: ['ours'] });
    run.simulator.faults.inject({
      match: { operation: 'readInstance' },
      fault: { kind: 'meanwhile', act: () => run.simulator.editInstance(id, { tags: ['theirs'] }) },
    });
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({ tags: ['theirs'] });
  });

  it('changes an instance immediately after the request', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance({ tags: ['ours'] });
    run.simulator.faults.inject({
      match: { operation: 'readInstance' },
      fault: {
        kind: 'meanwhile',
        when: 'after',
        act: () => run.simulator.editInstance(id, { tags: ['theirs'] }),
      },
    });
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({ tags: ['ours'] });
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({ tags: ['theirs'] });
  });
});

describe('stale lists (listStaleMs)', () => {
  it('show a change later than a read by id', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const { id } = run.simulator.addInstance({ tags: ['first'] });
    clock.advance(10_000);
    run.simulator.knobs.listStaleMs = 3000;
    await run.call('PATCH', `/instances/${id}`, { body: { tags: ['second'] } });
    clock.advance(1000);
    await run.call('DELETE', `/instances/${id}/enabled`);
    const read = await run.call('GET', `/instances/${id}`);
    expect(read.json).toMatchObject({ tags: ['second'], disabled: true });
    expect(await listed(run)).toMatchObject([{ id, tags: ['first'], disabled: false }]);
    clock.advance(2000);
    expect(await listed(run)).toMatchObject([{ id, tags: ['second'], disabled: false }]);
    clock.advance(1000);
    expect(await listed(run)).toMatchObject([{ id, tags: ['second'], disabled: true }]);
  });

  it('filter by what they show', async () => {
    const clock = manualClock();
    await using run = await running({ clock, knobs: { listStaleMs: 3000 } });
    const { id } = run.simulator.addInstance({ tags: ['ours'] });
    clock.advance(3000);
    run.simulator.editInstance(id, { tags: ['theirs'] });
    expect((await run.call('GET', '/instances?tags[]=ours')).status).toBe(200);
    expect((await run.call('GET', '/instances?tags[]=theirs')).status).toBe(404);
    clock.advance(3000);
    expect((await run.call('GET', '/instances?tags[]=ours')).status).toBe(404);
    expect((await run.call('GET', '/instances?tags[]=theirs')).status).toBe(200);
  });

  it('show creations and deletions later', async () => {
    const clock = manualClock();
    await using run = await running({ clock, knobs: { listStaleMs: 3000, emptyAccount: 'empty-list' } });
    const { id } = (await run.call('POST', '/instances', { body: createBody(run.simulator) })).json as {
      id: number;
    };
    expect((await run.call('GET', `/instances/${id}`)).status).toBe(200);
    expect(await listed(run)).toEqual([]);
    clock.advance(3000);
    expect(await listed(run)).toMatchObject([{ id, tags: ['team-sales'] }]);
    await run.call('PATCH', `/instances/${id}`, { body: { tags: ['late'] } });
    await run.call('DELETE', `/instances/${id}`);
    expect((await run.call('GET', `/instances/${id}`)).status).toBe(404);
    expect(await listed(run)).toMatchObject([{ id, tags: ['team-sales'] }]);
    clock.advance(3000);
    expect(await listed(run)).toEqual([]);
  });

  it('show a property and a refreshed token later, and are current again without the knob', async () => {
    const clock = manualClock();
    await using run = await running({ clock, knobs: { listStaleMs: 3000 } });
    const { id, token } = run.simulator.addInstance({ tags: ['t'] });
    clock.advance(3000);
    const before = await listed(run);
    const properties = (await run.call('GET', `/instances/${id}/configuration`)).json as {
      id: number;
      key: string;
    }[];
    const name = properties.find(({ key }) => key === 'filter.response.nulls');
    await run.call('PATCH', `/instances/${id}/configuration/${name?.id}`, { body: { propertyValue: 'x' } });
    clock.advance(1);
    run.simulator.revokeGrant(id);
    run.simulator.knobs.refreshAttempts = 1;
    expect((await run.call('GET', '/hubs/crm/ping', { element: token })).status).toBe(401);
    expect(run.simulator.instances()).toMatchObject([{ disabled: true }]);
    expect(await listed(run)).toEqual(before);
    run.simulator.knobs.listStaleMs = 0;
    expect(await listed(run)).toMatchObject([
      { disabled: true, configuration: { 'filter.response.nulls': 'x' } },
    ]);
  });
});
