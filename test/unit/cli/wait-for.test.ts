import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { conditionChanges, retryRead, waitFor } from '../../../src/cli/authorize/wait-for.ts';
import { CliError } from '../../../src/cli/errors.ts';
import { condition, connector } from '../../support/builders/connector.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const message = 'Waiting for OAuth consent.';
const initial = connector();
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
  status: { conditions: [condition('Ready', 'True', 'Succeeded', { message: 'Up to date.' })] },
});

describe('waiting for a connector', () => {
  it('prints each changed condition once, and a shared message once', () => {
    expect(conditionChanges(initial, asking)).toEqual([
      '  Ready=False (AuthorizationRequired): Waiting for OAuth consent.',
      '  Authorized=False (AuthorizationRequired)',
      '  Reconciling=True (Progressing)',
    ]);
    expect(conditionChanges(asking, asking)).toEqual([]);
    expect(conditionChanges(asking, ready)).toEqual([
      '  Ready=True (Succeeded): Up to date.',
      '  Authorized removed',
      '  Reconciling removed',
    ]);
  });

  it('returns the result after it printed the changes', async () => {
    const clock = new VirtualClock();
    const printed: string[] = [];
    const sequence = [initial, initial, asking, asking, ready];
    const ended = waitFor<'ready' | 'wait'>({
      clock,
      read: async () => sequence.shift() ?? ready,
      evaluate: (seen) => (seen === ready ? 'ready' : 'wait'),
      print: (line) => printed.push(line),
      known: initial,
      timeoutMs: 60_000,
    });
    await clock.advance(10_000);
    expect((await ended).result).toBe('ready');
    expect(printed).toEqual([...conditionChanges(initial, asking), ...conditionChanges(asking, ready)]);
  });

  it('returns a timeout where the result stays wait', async () => {
    const clock = new VirtualClock();
    const ended = waitFor<'ready' | 'wait'>({
      clock,
      read: async () => asking,
      evaluate: () => 'wait',
      print: () => undefined,
      known: undefined,
      timeoutMs: 5_000,
    });
    await clock.advance(6_000);
    expect(await ended).toEqual({ result: 'timeout', connector: asking });
    expect(clock.pending).toBe(0);
  });

  it('continues after two failed reads, and throws the third', async () => {
    let responses: (InfusionsoftConnector | Error)[] = [];
    const read = retryRead(async () => {
      const next = responses.shift();
      if (next === undefined || next instanceof Error) {
        throw next ?? new Error('no response left');
      }
      return next;
    }, initial);
    const away = new CliError('failure', 'away');
    responses = [away, away, asking, away, away, away];
    expect([await read(), await read(), await read(), await read(), await read()]).toEqual([
      initial,
      initial,
      asking,
      asking,
      asking,
    ]);
    await expect(read()).rejects.toThrow('away');
    responses = [new TypeError('defect')];
    await expect(read()).rejects.toThrow('defect');
  });
});
