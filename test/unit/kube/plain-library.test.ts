import { describe, expect, test, vi } from 'vitest';
import { Program, type ProgramName } from '../../support/kube/program.ts';
import { startWidgetServer, type WidgetServer } from '../../support/kube/widget-server.ts';

/**
 * The same program, the same failure, two base classes: what the library does as it is published, and what
 * `ReliableOperator` makes of it. When a case of `plain` begins to fail here, the library has become better, and an
 * override may be given up.
 *
 * With client-node 2.x, the writes of the plain library do not even reach the server, as it makes their URLs from a
 * field that is gone; with the client it was made for they do. With both, the caller is told nothing.
 */

const waitOptions = { timeout: 15_000, interval: 20 };

async function setUp(name: ProgramName, widgets: Record<string, Record<string, unknown>>) {
  const server = await startWidgetServer();
  for (const [widget, spec] of Object.entries(widgets)) {
    server.addWidget(widget, { spec });
  }
  const program = await Program.start(name, server.kubeconfig);
  return {
    server,
    program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

async function until(condition: () => boolean, program: Program): Promise<void> {
  await vi.waitFor(() => expect(condition() || program.exitCode !== undefined).toBe(true), waitOptions);
  if (!condition()) {
    throw new Error(`the program ended with ${program.exitCode}: ${program.stderr.slice(-2_000)}`);
  }
}

async function exitOf(program: Program): Promise<number | null | undefined> {
  await vi.waitFor(() => expect(program.exitCode).toBeDefined(), waitOptions);
  return program.exitCode;
}

/** Handled and watching: the failure comes when everything is well. */
async function settled(server: WidgetServer, program: Program): Promise<void> {
  await until(
    () => program.hasTold({ type: 'HANDLED', name: 'a' }) && server.faults.openWatches() === 1,
    program,
  );
}

const watchFailures: [string, (server: WidgetServer) => void][] = [
  ['a connection reset', (server) => server.faults.dropWatches()],
  ...[401, 403, 410, 500].map((code): [string, (server: WidgetServer) => void] => [
    `HTTP ${code} on the next watch`,
    (server) => {
      server.faults.inject({ verb: 'watch' }, { kind: 'respond', status: code }, { times: 1 });
      server.faults.dropWatches({}, 'end');
    },
  ]),
];

describe('after a failure of a watch', () => {
  test.each(watchFailures)('(%s) the plain library ends the process with 1', async (_what, fail) => {
    await using running = await setUp('plain', { a: {} });
    const { server, program } = running;
    await settled(server, program);
    fail(server);
    expect(await exitOf(program)).toBe(1);
  });

  test('one process of the reliable operator survives all of them and misses nothing', async () => {
    await using running = await setUp('reliable', { a: {}, 'w-0': {} });
    const { server, program } = running;
    await settled(server, program);
    for (const [round, [, fail]] of watchFailures.entries()) {
      await until(
        () => server.faults.openWatches() === 1 && program.hasTold({ type: 'HANDLED', name: `w-${round}` }),
        program,
      );
      fail(server);
      server.widgets.delete('team', `w-${round}`);
      server.addWidget(`w-${round + 1}`);
      await until(() => program.hasTold({ type: 'DELETED', name: `w-${round}` }), program);
    }
    await until(() => program.hasTold({ type: 'HANDLED', name: `w-${watchFailures.length}` }), program);
    expect(program.exitCode).toBeUndefined();
    program.terminate();
    expect(await exitOf(program)).toBe(0);
  });
});

describe('a deletion while no watch is open, with the history lost', () => {
  async function deleteUnseen(name: ProgramName) {
    const running = await setUp(name, { a: {}, b: {} });
    const { server, program } = running;
    await settled(server, program);
    await until(() => program.hasTold({ type: 'HANDLED', name: 'b' }), program);
    server.faults.sendLine({
      type: 'ERROR',
      object: { kind: 'Status', apiVersion: 'v1', code: 410, reason: 'Expired' },
    });
    server.faults.dropWatches({}, 'end');
    server.widgets.delete('team', 'b');
    server.faults.expireHistory();
    await until(() => server.faults.openWatches() === 1, program);
    server.addWidget('c');
    await until(() => program.hasTold({ type: 'HANDLED', name: 'c' }), program);
    return running;
  }

  test('is never noticed by the plain library', async () => {
    await using running = await deleteUnseen('plain');
    expect(running.program.hasTold({ type: 'DELETED', name: 'b' })).toBe(false);
  });

  test('is reported by the reliable operator', async () => {
    await using running = await deleteUnseen('reliable');
    await until(() => running.program.hasTold({ type: 'DELETED', name: 'b' }), running.program);
  });
});

describe('a handler that throws', () => {
  test('is never called again by the plain library, and nothing is logged', async () => {
    await using running = await setUp('plain', { a: { throwTimes: 1 }, b: {} });
    const { program } = running;
    await until(() => program.hasTold({ type: 'HANDLED', name: 'b' }), program);
    expect(program.count({ type: 'ADDED', name: 'a' })).toBe(1);
    expect(program.told.filter(({ message }) => message?.includes('fail'))).toEqual([]);
  });

  test('is logged and called again by the reliable operator', async () => {
    await using running = await setUp('reliable', { a: { throwTimes: 3 } });
    const { program } = running;
    await until(() => program.hasTold({ type: 'HANDLED', name: 'a' }), program);
    expect(program.count({ type: 'ADDED', name: 'a' })).toBe(4);
    expect(program.told.filter(({ message }) => message?.includes('the handler fails'))).toHaveLength(3);
  });
});

test('one slow handler holds back all others in the plain library, and none in the reliable operator', async () => {
  await using plain = await setUp('plain', { a: { workMs: 60_000 }, b: {} });
  await using reliable = await setUp('reliable', { a: { workMs: 60_000 }, b: {} });
  await until(() => reliable.program.hasTold({ type: 'HANDLED', name: 'b' }), reliable.program);
  await until(() => plain.program.hasTold({ type: 'ADDED', name: 'a' }), plain.program);
  plain.server.addWidget('c');
  await until(() => plain.program.hasTold({ type: 'STARTED' }), plain.program);
  expect(plain.program.hasTold({ type: 'ADDED', name: 'b' })).toBe(false);
});

describe('a finalizer whose removal is refused once', () => {
  const refusals = [409, 500] as const;

  test('is left behind by the plain library, for good', async () => {
    await using running = await setUp('plain', { a: { finalize: true } });
    const { server, program } = running;
    const { widgets } = server;
    await until(() => program.hasTold({ type: 'ADDED', name: 'a' }), program);
    widgets.patch('team', 'a', { metadata: { finalizers: ['example.dev/cleanup'] } });
    server.faults.inject({ verb: 'patch' }, { kind: 'respond', status: 500 }, { times: 1 });
    widgets.delete('team', 'a');
    await until(() => program.hasTold({ type: 'CLEANED', name: 'a' }), program);
    server.addWidget('b');
    await until(() => program.hasTold({ type: 'HANDLED', name: 'b' }), program);
    expect(widgets.get('team', 'a').metadata.finalizers).toEqual(['example.dev/cleanup']);
    expect(program.count({ type: 'CLEANED', name: 'a' })).toBe(1);
  });

  test.each(refusals)('with %i is removed by the reliable operator', async (code) => {
    await using running = await setUp('reliable', { a: { finalize: true } });
    const { server, program } = running;
    const { widgets } = server;
    await until(() => program.hasTold({ type: 'HANDLED', name: 'a' }), program);
    expect(widgets.get('team', 'a').metadata.finalizers).toEqual(['example.dev/cleanup']);
    server.faults.inject({ verb: 'patch' }, { kind: 'respond', status: code }, { times: 1 });
    widgets.delete('team', 'a');
    await until(() => program.hasTold({ type: 'DELETED', name: 'a' }), program);
    expect(program.count({ type: 'CLEANED', name: 'a' })).toBe(2);
    expect(widgets.list('team')).toEqual([]);
  });
});

describe('a status whose write is refused once', () => {
  test('is never written by the plain library, which reports no error', async () => {
    await using running = await setUp('plain', { a: { report: true } });
    const { server, program } = running;
    server.faults.inject({ verb: 'patch' }, { kind: 'respond', status: 409 }, { times: 1 });
    await until(() => program.hasTold({ type: 'HANDLED', name: 'a' }), program);
    expect(server.widgets.get('team', 'a')['status']).toBeUndefined();
  });

  test('is written by the reliable operator at the next try', async () => {
    await using running = await setUp('reliable', { a: { report: true } });
    const { server, program } = running;
    server.faults.inject({ verb: 'patch' }, { kind: 'respond', status: 409 }, { times: 1 });
    await until(() => program.hasTold({ type: 'HANDLED', name: 'a' }), program);
    expect(server.widgets.get('team', 'a')['status']).toEqual({ jitterOffset: 'Done' });
  });
});

describe('a stop', () => {
  test('with work in flight ends the plain library with 1 before the work is done', async () => {
    await using running = await setUp('plain', { a: { workMs: 500 } });
    const { program } = running;
    await until(
      () => program.hasTold({ type: 'ADDED', name: 'a' }) && program.hasTold({ type: 'STARTED' }),
      program,
    );
    program.terminate();
    expect(await exitOf(program)).toBe(1);
    expect(program.hasTold({ type: 'HANDLED', name: 'a' })).toBe(false);
  });

  test('with work in flight lets the reliable operator finish it, and then the process ends by itself with 0', async () => {
    await using running = await setUp('reliable', { a: { workMs: 500 } });
    const { program } = running;
    await until(() => program.hasTold({ type: 'ADDED', name: 'a' }), program);
    program.terminate();
    expect(await exitOf(program)).toBe(0);
    expect(program.hasTold({ type: 'HANDLED', name: 'a' })).toBe(true);
  });

  test('while the first watch connects has no effect on the plain library, which ends with 1 at the next failure', async () => {
    const server = await startWidgetServer();
    server.faults.inject({}, { kind: 'hang' });
    await using program = await Program.start('plain', server.kubeconfig);
    await until(() => server.ledger.length === 1, program);
    program.terminate();
    await until(() => program.hasTold({ type: 'STOPPING' }), program);
    await server.stop();
    expect(await exitOf(program)).toBe(1);
  });

  test('while the first list is awaited ends the reliable operator with 0', async () => {
    const server = await startWidgetServer();
    server.faults.inject({}, { kind: 'hang' });
    await using program = await Program.start('reliable', server.kubeconfig);
    await until(() => server.ledger.length === 1, program);
    program.terminate();
    expect(await exitOf(program)).toBe(0);
    await server.stop();
  });
});
