import { describe, expect, test } from 'vitest';
import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { changes, follow, patiently } from '../../../src/cli/authorize/follow.ts';
import { CliError } from '../../../src/cli/errors.ts';
import { condition, connector } from '../../support/builders/connector.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const message = 'A person has to allow access.';
const fresh = connector();
const asking = connector({
  status: {
    conditions: [
      condition('Ready', 'False', 'AuthorizationRequired', { message }),
      condition('Authorized', 'False', 'AuthorizationRequired', { message }),
      condition('Reconciling', 'True', 'Progressing', { message }),
    ],
  },
});
const ready = connector({
  status: { conditions: [condition('Ready', 'True', 'Succeeded', { message: 'All is well.' })] },
});

describe('following a connector', () => {
  test('tells each change once, and a message once however many conditions carry it', () => {
    expect(changes(fresh, asking)).toEqual([
      '  Ready is False (AuthorizationRequired). A person has to allow access.',
      '  Authorized is False (AuthorizationRequired).',
      '  Reconciling is True (Progressing).',
    ]);
    expect(changes(asking, asking)).toEqual([]);
    expect(changes(asking, ready)).toEqual([
      '  Ready is True (Succeeded). All is well.',
      '  Authorized is over.',
      '  Reconciling is over.',
    ]);
  });

  test('ends with the verdict, and has told what led there', async () => {
    const clock = new VirtualClock();
    const said: string[] = [];
    const course = [fresh, fresh, asking, asking, ready];
    const ended = follow<'ready' | 'wait'>({
      clock,
      read: async () => course.shift() ?? ready,
      judge: (seen) => (seen === ready ? 'ready' : 'wait'),
      say: (line) => said.push(line),
      known: fresh,
      timeoutMs: 60_000,
    });
    await clock.advance(10_000);
    expect((await ended).result).toBe('ready');
    expect(said).toEqual([...changes(fresh, asking), ...changes(asking, ready)]);
  });

  test('ends when its time is over, however long it asks', async () => {
    const clock = new VirtualClock();
    const ended = follow<'ready' | 'wait'>({
      clock,
      read: async () => asking,
      judge: () => 'wait',
      say: () => undefined,
      known: undefined,
      timeoutMs: 5_000,
    });
    await clock.advance(6_000);
    expect(await ended).toEqual({ result: 'timeout', connector: asking });
    expect(clock.pending).toBe(0);
  });

  test('outlives a bad moment of the API server, and not a lasting one', async () => {
    let answers: (InfusionsoftConnector | Error)[] = [];
    const read = patiently(async () => {
      const next = answers.shift();
      if (next === undefined || next instanceof Error) {
        throw next ?? new Error('no answer is left');
      }
      return next;
    }, fresh);
    const away = new CliError('failure', 'away');
    answers = [away, away, asking, away, away, away];
    expect([await read(), await read(), await read(), await read(), await read()]).toEqual([
      fresh,
      fresh,
      asking,
      asking,
      asking,
    ]);
    await expect(read()).rejects.toThrow('away');
    answers = [new TypeError('a defect')];
    await expect(read()).rejects.toThrow('a defect');
  });
});
