import type { Definitions } from '../environment/cluster.ts';
import { BLOWS, countPoints, type Point, pointInWords, runPoint } from './points.ts';
import { SCENARIOS } from './scenarios.ts';

/** Which points to run. */
export interface PointSelection {
  /** Only kills; without the faults that leave the process alive. */
  readonly crashesOnly: boolean;
  /** The name of a scenario; absent: all. */
  readonly scenario?: string | undefined;
}

/** Runs the points and writes one line for each scenario and for each broken property. Returns how many broke. */
export async function runPoints(
  definitions: Definitions,
  { crashesOnly, scenario: only }: PointSelection,
  write: (line: string) => void,
): Promise<number> {
  let broken = 0;
  let runs = 0;
  for (const scenario of SCENARIOS.filter(({ name }) => only === undefined || only === name)) {
    const count = await countPoints(scenario, definitions);
    const found = count.violations.map(({ property, text }) => `without a fault: ${property}: ${text}`);
    const points = pointsOf(count, crashesOnly);
    for (const point of points) {
      const { violations } = await runPoint(scenario, definitions, point);
      const words = violations.map(({ property, text }) => `${pointInWords(point)}: ${property}: ${text}`);
      found.push(...words);
    }
    runs += points.length;
    broken += found.length;
    const { requests, timers } = count;
    write(
      `${scenario.name}: ${requests} requests, ${timers} timers, ${points.length} points, ${found.length} broken`,
    );
    for (const text of found) {
      write(`  ${scenario.name}, ${text}`);
    }
  }
  write(`${runs} points, ${broken} broken`);
  return broken;
}

function pointsOf(
  { requests, timers }: { readonly requests: number; readonly timers: number },
  crashesOnly: boolean,
): readonly Point[] {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  const blows = crashesOnly ? BLOWS.filter(({ kind }) => kind === 'crash') : BLOWS;
  return [
    ...numbers(requests).flatMap((number) => blows.map((blow): Point => ({ at: 'request', number, blow }))),
    ...numbers(timers).map((number): Point => ({ at: 'timer', number })),
  ];
}
