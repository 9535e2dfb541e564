import { describe, expect, test } from 'vitest';
import { KeyedLimit } from '../../../src/consent/limits.ts';
import { CODE, callback, createStage, ONE_TIME_CODE, START } from '../../support/consent/stage.ts';
import { textOf } from '../../support/consent/visitor.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const wrong = (count: number): string => `WRONG-${count}`;

describe('wrong codes', () => {
  test('are limited, and the valid code is still accepted', async () => {
    const stage = createStage();
    const attacker = stage.visitor();
    const statuses: number[] = [];
    for (let count = 0; count < 200; count += 1) {
      statuses.push((await attacker.enter(START, wrong(count))).status);
    }
    expect(statuses.slice(0, 10).every((status) => status === 400)).toBe(true);
    expect(statuses.slice(20).every((status) => status === 429)).toBe(true);
    expect((await stage.visitor().enter(START, CODE)).status).toBe(303);
  });

  test('cause a bounded number of reads and no write', async () => {
    const stage = createStage();
    const attacker = stage.visitor();
    for (let count = 0; count < 200; count += 1) {
      await attacker.enter(START, wrong(count));
    }
    expect(stage.secrets.calls.length).toBeLessThanOrEqual(11);
    expect(new Set(stage.secrets.calls)).toEqual(new Set([`read team-a/${ONE_TIME_CODE}`]));
  });

  test('cause no call for a connector that does not exist', async () => {
    const stage = createStage();
    const attacker = stage.visitor();
    for (let count = 0; count < 50; count += 1) {
      await attacker.enter(`https://connect.example.com/connect/team-a/other-${count}`, wrong(count));
    }
    expect(stage.secrets.calls).toEqual([]);
  });

  test('are checked again after a while, for a stale cache', async () => {
    const stage = createStage();
    stage.secrets.cache = () => ({ state: 'absent' });
    expect((await stage.visitor().enter(START, CODE)).status).toBe(303);

    const attacker = stage.visitor();
    for (let count = 0; count < 50; count += 1) {
      await attacker.enter(START, wrong(count));
    }
    const person = stage.visitor();
    const refused = await person.enter(START, CODE);
    expect(refused.status).toBe(429);
    expect(textOf(refused.body)).toContain('Wait a minute');
    await stage.clock.advance(3_000);
    expect((await person.enter(START, CODE)).status).toBe(303);
  });
});

describe('forged cookies', () => {
  test('do not block the user with the pending consent', async () => {
    const stage = createStage();
    const person = stage.visitor();
    const { provider } = await person.begin(START, CODE);
    const attacker = stage.visitor();
    attacker.jar.set('__Host-connect-consent', `${'A'.repeat(43)}.team-a/crm`);
    const before = stage.secrets.calls.length;
    const replies = [];
    for (let count = 0; count < 100; count += 1) {
      replies.push(await attacker.get(callback({ code: 'c', state: 'S'.repeat(43) })));
    }
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([400, 503]));
    expect(stage.secrets.calls.length - before).toBeLessThanOrEqual(10);
    const state = new URL(provider).searchParams.get('state') ?? '';
    expect((await person.get(callback({ code: 'c', state }))).status).toBe(303);
  });
});

describe('valid codes', () => {
  test('start a bounded number of consents in a minute', async () => {
    const stage = createStage();
    const visitor = stage.visitor();
    for (let count = 0; count < 30; count += 1) {
      await visitor.enter(START, CODE);
    }
    expect(stage.remoteCalls).toBe(10);
    await stage.clock.advance(6_000);
    expect((await visitor.enter(START, CODE)).status).toBe(303);
  });
});

describe('log lines', () => {
  test('about refused requests are limited and count the suppressed ones', async () => {
    const stage = createStage();
    const attacker = stage.visitor();
    for (let count = 0; count < 100; count += 1) {
      await attacker.get(callback({ code: 'c', state: 'x' }));
    }
    expect(stage.outcomes).toHaveLength(100);
    expect(stage.lines).toHaveLength(5);
    await stage.clock.advance(10_000);
    await attacker.get(callback({ code: 'c', state: 'x' }));
    expect(stage.lines.at(-1)).toContain('"suppressed":95');
  });
});

describe('a limit by key', () => {
  test('limits each key and drops the least recently used one', () => {
    const limit = new KeyedLimit({ burst: 1, refillMs: 1_000 }, new VirtualClock(), 2);
    expect([limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([true, false, true]);
    expect([limit.take('a'), limit.take('c')]).toEqual([false, true]);
    expect(limit.take('b')).toBe(true);
  });
});
