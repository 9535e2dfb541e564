import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodes } from '../../../src/config/exit-codes.ts';
import { startOperatorProcess } from '../../support/workbench/process.ts';
import type { Workbench } from '../../support/workbench/workbench.ts';
import { embeddedWorkbench } from './support/bench.ts';

let bench: Workbench;
let occupant: Server;
let taken: number;

beforeAll(async () => {
  bench = await embeddedWorkbench();
  occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  const address = occupant.address();
  taken = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  await new Promise((resolve) => occupant?.close(resolve));
  await bench?.stop();
});

describe('a port that cannot be had', () => {
  test('is one line and ends the process: another process may be gone after a restart', async () => {
    const operator = startOperatorProcess(bench, { METRICS_PORT: String(taken) });

    expect(await operator.ended).toBe(exitCodes.failure.code);
    const errors = operator.lines.filter((line) => line.includes('"level":"error"'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(
      `METRICS_PORT: cannot listen on port ${taken} of 127.0.0.1: another process listens there (EADDRINUSE)`,
    );
    expect(errors[0]).not.toContain('stacktrace');
  });

  test('for an address that this machine does not have is a wrong setting', async () => {
    const operator = startOperatorProcess(bench, { BIND_ADDRESS: '192.0.2.1' });

    expect(await operator.ended).toBe(exitCodes.configuration.code);
  });
});

test('port 0 takes a free port, and the log says which', async () => {
  const operator = startOperatorProcess(bench);
  const line = await operator.line((text) => text.includes('"setting":"METRICS_PORT"'));
  const port = Number(/"port":(\d+)/.exec(line)?.[1]);
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  await response.arrayBuffer();

  expect(response.status).toBe(200);
  expect(await operator.terminate()).toBe(exitCodes.ok.code);
});
