import { afterAll, beforeAll, expect, it } from 'vitest';
import { restConnector, secret } from '../support/workbench/manifests.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/workbench/process.ts';
import { createPrerequisites, newCode, type Workbench } from '../support/workbench/workbench.ts';
import { embeddedWorkbench } from './monitoring/support/bench.ts';

const KIND = 'InfusionsoftConnector';
const COUNT = 100;

/** What the operator allocates for each new connector, KiB. A change of more than a seventh needs a new record. */
const RECORDED_KIB = 870;
const TOLERANCE = 1 / 7;

/** Prints at each SIGUSR2 what was allocated since the one before: the growth between collections, as V8 counts it. */
const METER = `data:text/javascript,${encodeURIComponent(`
  import { GCProfiler, getHeapStatistics } from 'node:v8';
  const used = () => getHeapStatistics().used_heap_size;
  let profiler = new GCProfiler();
  profiler.start();
  let last = used();
  let reading = 0;
  process.on('SIGUSR2', () => {
    let bytes = 0;
    for (const { beforeGC, afterGC } of profiler.stop().statistics) {
      bytes += beforeGC.heapStatistics.usedHeapSize - last;
      last = afterGC.heapStatistics.usedHeapSize;
    }
    bytes += used() - last;
    process.stderr.write('allocated ' + reading++ + ' ' + bytes + '\\n');
    profiler = new GCProfiler();
    profiler.start();
    last = used();
  });
`)}`;

let bench: Workbench;
beforeAll(async () => {
  bench = await embeddedWorkbench();
});
afterAll(() => bench?.stop());

it('allocates what is recorded for each creation', async () => {
  const namespace = await bench.namespace('allocations');
  await createPrerequisites(bench, namespace, { code: false });
  const operator = startOperatorProcess(bench, { NODE_OPTIONS: `--import=${METER}` });
  await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
  const names = (batch: number): readonly string[] =>
    Array.from({ length: COUNT }, (_, index) => `crm-${batch}-${index}`);
  const allocated: number[] = [];
  for (const batch of [0, 1, 2]) {
    for (const name of names(batch)) {
      await namespace.create(
        secret(`${name}-code`, { code: newCode(bench.simulator) }),
        secret(`${name}-oauth`, {
          client_id: bench.simulator.app.clientId,
          client_secret: bench.simulator.app.clientSecret,
        }),
      );
    }
    await read(operator, 2 * batch);
    for (const name of names(batch)) {
      await namespace.create(restConnector(name));
    }
    for (const name of names(batch)) {
      await namespace.waitFor(KIND, name, 'Ready', 'True');
    }
    allocated.push((await read(operator, 2 * batch + 1)) / COUNT / 1_024);
  }
  // The first batch compiles the code, which allocates as well.
  const later = allocated.slice(1);
  const mean = later.reduce((sum, one) => sum + one, 0) / later.length;
  expect(mean).toBeGreaterThan(RECORDED_KIB * (1 - TOLERANCE));
  expect(mean).toBeLessThan(RECORDED_KIB * (1 + TOLERANCE));
});

/** What was allocated since the reading before, bytes. */
async function read({ pid, line }: OperatorProcess, reading: number): Promise<number> {
  process.kill(pid, 'SIGUSR2');
  const text = await line((one) => one.startsWith(`allocated ${reading} `));
  return Number(text.split(' ').at(2));
}
