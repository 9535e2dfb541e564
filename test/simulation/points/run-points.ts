import type { Definitions } from '../environment/cluster.ts';
import { blowsAt } from './blows.ts';
import { type Count, countPoints, type Point, pointInWords, runPoint } from './points.ts';
import { SCENARIOS } from './scenarios.ts';

/** Which points to run. */
export interface PointSelection {
  /** Only kills; without the faults that leave the process alive. */
  readonly crashesOnly: boolean;
  /** The name of a scenario; absent: all. */
  readonly scenario?: string | undefined;
  /** Every `of`th point, beginning with the point `part` (from 1). */
  readonly shard: { readonly part: number; readonly of: number };
}

/** Runs the points and writes one line for each scenario and for each broken property. Returns how many broke. */
export async function runPoints(
  definitions: Definitions,
  { crashesOnly, scenario: only, shard }: PointSelection,
  write: (line: string) => void,
): Promise<number> {
  let broken = 0;
  let runs = 0;
  for (const scenario of SCENARIOS.filter(({ name }) => only === undefined || only === name)) {
    const count = await countPoints(scenario, definitions);
    const found = count.violations.map(({ property, text }) => `without a fault: ${property}: ${text}`);
    const points = pointsOf(count, crashesOnly).filter((_, index) => index % shard.of === shard.part - 1);
    for (const point of points) {
      const { violations } = await runPoint(scenario, definitions, point);
      const words = violations.map(({ property, text }) => `${pointInWords(point)}: ${property}: ${text}`);
      found.push(...words);
    }
    runs += points.length;
    broken += found.length;
    const { requests, timers } = count;
    write(
      `${scenario.name}: ${requests.length} requests, ${timers} timers, ${points.length} points, ${found.length} broken`,
    );
    for (const text of found) {
      write(`  ${scenario.name}, ${text}`);
    }
  }
  write(`${runs} points, ${broken} broken`);
  return broken;
}

function pointsOf({ requests, timers }: Count, crashesOnly: boolean): readonly Point[] {
  const ofRequests = requests.flatMap((call, index) =>
    blowsAt(call, crashesOnly).map((blow): Point => ({ at: 'request', number: index + 1, blow })),
  );
  const ofTimers = Array.from({ length: timers }, (_, index): Point => ({ at: 'timer', number: index + 1 }));
  return [...ofRequests, ...ofTimers];
}
