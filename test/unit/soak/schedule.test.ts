import { describe, expect, it } from 'vitest';
import { OPERATION_NAMES, type Planned, scheduleStorm } from '../../soak/storm/schedule.ts';

const options = { seed: 7, lengthMs: 600_000, connectors: 12, replicas: 2, tenants: 2 };

describe('the schedule of a storm', () => {
  it('is the same for the same seed', () => {
    expect(scheduleStorm(options)).toEqual(scheduleStorm(options));
  });

  it('differs with the seed', () => {
    expect(scheduleStorm(options)).not.toEqual(scheduleStorm({ ...options, seed: 8 }));
  });

  it('contains everything that can happen, in order of time', () => {
    const schedule = scheduleStorm(options);
    const times = schedule.map(({ at }) => at);
    expect(times).toEqual([...times].sort((left, right) => left - right));
    expect(times.at(-1)).toBeLessThan(options.lengthMs);
    const kinds = new Set(schedule.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['ambush', 'fault', 'kill', 'operation', 'rotate account']);
    const isOperation = (planned: Planned) => planned.kind === 'operation';
    const names = new Set(schedule.filter(isOperation).map(({ name }) => name));
    expect([...names].sort()).toEqual([...OPERATION_NAMES].sort());
  });

  it('keeps the kills when the number of connectors changes', () => {
    const killsOf = (connectors: number) =>
      scheduleStorm({ ...options, connectors }).filter(({ kind }) => kind === 'kill');
    expect(killsOf(3)).toEqual(killsOf(12));
  });
});
