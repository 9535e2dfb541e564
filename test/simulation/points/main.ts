import { compileDefinitions } from '../world/cluster.ts';
import { BLOWS, countPoints, type Point, pointInWords, runPoint } from './points.ts';
import { SCENARIOS } from './scenarios.ts';

/** Runs every point of every scenario; `--crashes` leaves out the faults without a crash, `--trace N` prints one. */
const crashesOnly = process.argv.includes('--crashes');
const only = process.argv.find((argument) => argument.startsWith('--scenario='))?.slice('--scenario='.length);
const definitions = await compileDefinitions();
let broken = 0;
let runs = 0;
for (const scenario of SCENARIOS.filter(({ name }) => only === undefined || only === name)) {
  const count = await countPoints(scenario, definitions);
  const found = count.violations.map(({ property, text }) => `without a fault: ${property}: ${text}`);
  for (const point of pointsOf(count)) {
    const { violations, trace } = await runPoint(scenario, definitions, point);
    runs += 1;
    found.push(...violations.map(({ property, text }) => `${pointInWords(point)}: ${property}: ${text}`));
    if (violations.length > 0 && process.argv.includes('--trace')) {
      process.stdout.write(`${trace.join('\n')}\n`);
    }
  }
  broken += found.length;
  const { requests, timers } = count;
  process.stdout.write(`${scenario.name}: ${requests} requests, ${timers} timers, ${found.length} broken\n`);
  for (const text of found) {
    process.stdout.write(`  ${text}\n`);
  }
}
process.stdout.write(`${runs} points, ${broken} broken\n`);
process.exitCode = broken > 0 ? 1 : 0;

function pointsOf({ requests, timers }: { readonly requests: number; readonly timers: number }): Point[] {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  const blows = crashesOnly ? BLOWS.filter(({ kind }) => kind === 'crash') : BLOWS;
  return [
    ...numbers(requests).flatMap((number) => blows.map((blow): Point => ({ at: 'request', number, blow }))),
    ...numbers(timers).map((number): Point => ({ at: 'timer', number })),
  ];
}
