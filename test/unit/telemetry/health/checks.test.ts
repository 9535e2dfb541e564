import { describe, expect, test } from 'vitest';
import type { OperatorHealth } from '../../../../src/kube/operator-options.ts';
import { liveness, livenessLimits, readiness } from '../../../../src/telemetry/health/checks.ts';
import { health, watch } from './health.ts';

const limits = livenessLimits(120_000);
const minute = 60_000;

function failedChecks(state: Partial<OperatorHealth>, blockedMs = 0): string[] {
  return liveness(health(state), blockedMs, limits)
    .filter(({ problem }) => problem !== undefined)
    .map(({ name }) => name);
}

describe('a restart is asked for', () => {
  test.each<[string, Partial<OperatorHealth>, number, string]>([
    ['the event loop was blocked', {}, 10_001, 'event-loop'],
    ['a reconcile outlives all deadlines of its calls', { longestRunningMs: 17 * minute + 1 }, 0, 'workers'],
    [
      'a watch does nothing at all: no sign of the server, no other state',
      { watches: [watch(), watch({ stateMs: 11 * minute, lastContactMs: 11 * minute })] },
      0,
      'watches',
    ],
    [
      'a first connection hangs although each call has a deadline',
      {
        synced: false,
        watches: [watch({ state: 'listing', stateMs: 11 * minute, lastContactMs: undefined })],
      },
      0,
      'watches',
    ],
  ])('when %s', (_when, state, blockedMs, check) => {
    expect(failedChecks(state, blockedMs)).toEqual([check]);
  });
});

describe('a restart would not help, and is not asked for', () => {
  test.each<[string, Partial<OperatorHealth>]>([
    ['all is well', {}],
    ['a standby waits', { leading: false }],
    [
      'the caches are not filled yet',
      { synced: false, watches: [watch({ state: 'listing', stateMs: 5_000 })] },
    ],
    [
      'the API server has been away for an hour: the watch tries again and again',
      { watches: [watch({ state: 'waiting', stateMs: 20_000, lastContactMs: 60 * minute })] },
    ],
    [
      'the API server was never there',
      { synced: false, watches: [watch({ state: 'waiting', stateMs: 20_000, lastContactMs: undefined })] },
    ],
    ['a watch lives long and hears of the server', { watches: [watch({ stateMs: 24 * 60 * minute })] }],
    ['a create is slow', { longestRunningMs: 3 * minute }],
    [
      'the operator stops and its watches are over',
      {
        stopping: true,
        watches: [watch({ state: 'stopped', stateMs: 60 * minute, lastContactMs: 60 * minute })],
      },
    ],
  ])('when %s', (_when, state) => {
    expect(failedChecks(state, 9_000)).toEqual([]);
  });
});

describe('readiness', () => {
  test.each<[string, Partial<OperatorHealth>, readonly string[]]>([
    ['a leader with filled caches is ready', {}, []],
    ['a standby is ready too, or an update would wait for ever', { leading: false }, []],
    ['without filled caches it is not', { synced: false }, ['caches']],
    ['while stopping it is not', { synced: false, stopping: true }, ['caches', 'shutdown']],
    ['an API server that is away does not make it unready', { lastContactMs: 60 * minute }, []],
  ])('%s', (_title, state, failed) => {
    const problems = readiness(health(state)).filter(({ problem }) => problem !== undefined);
    expect(problems.map(({ name }) => name)).toEqual(failed);
  });
});
