import { describe, expect, it } from 'vitest';
import { CliError } from '../../../../src/cli/errors.ts';
import { Board } from '../../../../src/cli/migrate/board.ts';
import { MIGRATED_FROM } from '../../../../src/cli/migrate/changes/migrated-from.ts';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import { planChange } from '../../../../src/cli/migrate/plan.ts';
import { type BatchOptions, runBatches } from '../../../../src/cli/migrate/run-batches.ts';
import { FORBIDDEN, MemoryCluster, readyCrm } from '../../../support/cli/memory-cluster.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

/** A run on connectors `names`, with everything that it printed. */
async function start(cluster: MemoryCluster, change: Partial<BatchOptions> = {}) {
  const clock = new VirtualClock();
  const printed: string[] = [];
  const plan = { resources: cluster, change: toRest, ignoreGitOps: false, now: () => clock.now() };
  const board = new Board(await planChange(plan, { namespace: 'team-a', selector: undefined, names: [] }));
  const interruption = new AbortController();
  const ended = runBatches(
    {
      ...plan,
      clock,
      batchSize: 2,
      timeoutMs: 60_000,
      interrupted: interruption.signal,
      print: (line) => void printed.push(line),
      showProgress: () => undefined,
      ...change,
    },
    board,
  );
  ended.catch(() => undefined);
  await clock.advance(0);
  const states = () => board.all().map(({ connector, state }) => `${connector.metadata.name} ${state.kind}`);
  return { clock, printed, board, ended, states, interrupt: () => interruption.abort() };
}
const crm = (...names: string[]) => new MemoryCluster(...names.map((name) => readyCrm(name)));

describe('a run', () => {
  it('changes the next batch only after all of a batch are authorized', async () => {
    const cluster = crm('a', 'b', 'c');
    const run = await start(cluster);
    expect(cluster.patched).toEqual(['a', 'b']);
    cluster.authorize('a');
    await run.clock.advance(5_000);
    expect(cluster.patched).toEqual(['a', 'b']);
    cluster.authorize('b');
    await run.clock.advance(1_000);
    expect(cluster.patched).toEqual(['a', 'b', 'c']);
    cluster.authorize('c');
    await run.clock.advance(1_000);
    expect(await run.ended).toBe('finished');
    expect(run.states()).toEqual(['a done', 'b done', 'c done']);
    expect(run.clock.pending).toBe(0);
  });

  it('prints who opens which page with the code of which Secret, once', async () => {
    const cluster = crm('a');
    const run = await start(cluster);
    cluster.ask('a');
    await run.clock.advance(3_000);
    cluster.authorize('a');
    await run.clock.advance(1_000);
    expect(await run.ended).toBe('finished');
    expect(run.printed).toEqual([
      'Batch 1: 1 connector.',
      'team-a/a: waits for consent (Infusionsoft account dt123.infusionsoft.com). Open https://connect.example.com/connect/team-a/a with the code in Secret "a-consent-code" of namespace team-a.',
      'team-a/a: migrated.',
    ]);
  });

  it('begins with the connectors of an interrupted run', async () => {
    const cluster = crm('a', 'b', 'c', 'd');
    const first = await start(cluster);
    first.interrupt();
    expect(await first.ended).toBe('interrupted');
    cluster.authorize('a');
    const second = await start(cluster);
    expect(second.states()).toEqual(['a done', 'b waiting', 'c waiting', 'd planned']);
    expect(cluster.patched).toEqual(['a', 'b', 'c']);
    for (const name of ['b', 'c']) {
      cluster.authorize(name);
    }
    await second.clock.advance(1_000);
    cluster.authorize('d');
    await second.clock.advance(1_000);
    expect(await second.ended).toBe('finished');
  });

  it('changes nothing more after an interruption between two patches', async () => {
    const cluster = crm('a', 'b');
    const interruption = new AbortController();
    cluster.beforePatch = () => interruption.abort();
    const run = await start(cluster, { interrupted: interruption.signal });
    expect(await run.ended).toBe('interrupted');
    expect(cluster.patched).toEqual(['a']);
    expect(run.states()).toEqual(['a waiting', 'b planned']);
  });

  it('ends after the timeout of a batch', async () => {
    const run = await start(crm('a', 'b', 'c'));
    await run.clock.advance(60_000);
    expect(await run.ended).toBe('timeout');
    expect(run.states()).toEqual(['a waiting', 'b waiting', 'c planned']);
  });

  it('does not wait for a connector that was suspended or deleted', async () => {
    const cluster = crm('a', 'b', 'c');
    const run = await start(cluster);
    cluster.change('a', { spec: { suspend: true } });
    cluster.connectors.delete('b');
    await run.clock.advance(1_000);
    expect(cluster.patched).toEqual(['a', 'b', 'c']);
    cluster.authorize('c');
    await run.clock.advance(1_000);
    expect(await run.ended).toBe('finished');
    expect(run.states()).toEqual(['a waiting', 'b refused', 'c done']);
  });
});

describe('a patch', () => {
  it('is repeated on the new version where another client changed the connector', async () => {
    const cluster = crm('a');
    let conflicts = 0;
    cluster.beforePatch = (name) => {
      if (conflicts++ < 2) {
        cluster.change(name, { metadata: { labels: { touched: String(conflicts) } } });
      }
    };
    const run = await start(cluster);
    expect(cluster.patched).toEqual(['a']);
    expect(cluster.connectors.get('a')?.metadata.annotations?.[MIGRATED_FROM]).toBeDefined();
    cluster.authorize('a');
    await run.clock.advance(1_000);
    expect(await run.ended).toBe('finished');
  });

  it('is not sent to a connector that was suspended after the plan', async () => {
    const cluster = crm('a');
    cluster.beforePatch = (name) => {
      cluster.change(name, { spec: { suspend: true } });
    };
    const run = await start(cluster);
    expect(await run.ended).toBe('finished');
    expect(cluster.patched).toEqual([]);
    expect(run.states()).toEqual(['a refused']);
    expect(run.printed.at(-1)).toContain('refused, is suspended');
  });

  it('fails after several conflicts, and the run ends after the batch', async () => {
    const cluster = crm('a', 'b', 'c');
    cluster.beforePatch = (name) => {
      if (name === 'a') {
        cluster.change(name, { metadata: { labels: { touched: 'again' } } });
      }
    };
    const run = await start(cluster);
    cluster.authorize('b');
    await run.clock.advance(1_000);
    expect(await run.ended).toBe('failed');
    expect(run.states()).toEqual(['a failed', 'b done', 'c planned']);
  });

  it('that is forbidden ends the run, with the reason', async () => {
    const cluster = crm('a');
    cluster.beforePatch = () => {
      throw FORBIDDEN;
    };
    const run = await start(cluster);
    expect(await run.ended).toBe('failed');
    expect(run.board.all()[0]?.state).toEqual({ kind: 'failed', because: FORBIDDEN.message });
  });
});

describe('a failed read', () => {
  it('is repeated, and ends the run after three rounds', async () => {
    const cluster = crm('a');
    const run = await start(cluster);
    let failures = 2;
    cluster.beforeRead = () => {
      if (failures-- > 0) {
        throw new CliError('failure', 'away');
      }
    };
    await run.clock.advance(3_000);
    failures = 3;
    await run.clock.advance(2_000);
    expect(run.states()).toEqual(['a waiting']);
    await run.clock.advance(1_000);
    await expect(run.ended).rejects.toThrow('away');
  });
});
