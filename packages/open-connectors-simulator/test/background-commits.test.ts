import { describe, expect, it, vi } from 'vitest';
import type { Fault } from '../src/faults.ts';
import { createBody, type Running, running } from './client.ts';
import { heldClock } from './clock.ts';

const create = (run: Running, signal?: AbortSignal) =>
  run.call('POST', '/instances', {
    body: createBody(run.simulator),
    ...(signal === undefined ? {} : { signal }),
  });

const last = (run: Running) => run.simulator.ledger.entries('createInstance').at(-1);

describe('a commit after the client has its response', () => {
  it.each<Fault>([
    { kind: 'status', status: 504, when: 'later', commitAfterMs: 3000 },
    { kind: 'gateway-page', status: 502, when: 'later', commitAfterMs: 3000 },
    { kind: 'gateway-json', status: 504, when: 'later', commitAfterMs: 3000 },
  ])('commits commitAfterMs after the request arrived: %o', async (fault) => {
    const clock = heldClock();
    await using run = await running({ clock });
    run.simulator.faults.inject({ fault });
    expect((await create(run)).status).toBe('status' in fault ? fault.status : undefined);
    expect(clock.pending).toEqual([3000]);
    expect(last(run)).toMatchObject({ outcome: 'faulted', committed: false });
    expect(run.simulator.instances()).toEqual([]);
    clock.fire();
    await vi.waitFor(() => expect(last(run)?.committed).toBe(true));
    expect(run.simulator.instances()).toHaveLength(1);
  });

  it('commits after a connection reset', async () => {
    const clock = heldClock();
    await using run = await running({ clock });
    run.simulator.faults.inject({ fault: { kind: 'reset', when: 'later', commitAfterMs: 1 } });
    await expect(create(run)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(run.simulator.instances()).toEqual([]);
    clock.fire();
    await vi.waitFor(() => expect(run.simulator.instances()).toHaveLength(1));
  });

  it('commits while the connection hangs, with or without the client', async () => {
    const clock = heldClock();
    await using run = await running({ clock });
    run.simulator.faults.inject({ fault: { kind: 'hang', when: 'later', commitAfterMs: 5 } });
    const client = new AbortController();
    const response = create(run, client.signal);
    await vi.waitFor(() => expect(clock.pending).toEqual([5]));
    clock.fire();
    await vi.waitFor(() => expect(run.simulator.instances()).toHaveLength(1));
    expect(last(run)).toMatchObject({ committed: true, abortedByClient: false });
    client.abort();
    await expect(response).rejects.toThrow();
  });

  it('uses the code at the commit, so that an expired one creates nothing', async () => {
    const clock = heldClock();
    let now = Date.UTC(2026, 0, 1);
    await using run = await running({ clock: { ...clock, now: () => now } });
    run.simulator.faults.inject({ fault: { kind: 'status', status: 504, when: 'later' } });
    await create(run);
    now += run.simulator.knobs.codeTtlMs + 1;
    clock.fire();
    await vi.waitFor(() => expect(clock.pending).toEqual([]));
    expect(run.simulator.instances()).toEqual([]);
    expect(last(run)?.committed).toBe(false);
  });

  it('is dropped when the simulator stops', async () => {
    const clock = heldClock();
    const run = await running({ clock });
    run.simulator.faults.inject({ fault: { kind: 'status', status: 504, when: 'later', commitAfterMs: 9 } });
    await create(run);
    await run[Symbol.asyncDispose]();
    expect(clock.pending).toEqual([]);
    expect(run.simulator.instances()).toEqual([]);
  });
});
