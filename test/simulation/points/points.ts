import type { Violation } from '../checks/violation.ts';
import type { Definitions } from '../environment/cluster.ts';
import { openSession } from '../session.ts';
import type { Fate, WireCall } from '../wire/fate.ts';
import { type Blow, blowInWords, fateOf } from './blows.ts';
import type { Scenario } from './scenarios.ts';

/** A request or a timer of a scenario, counted from the change on, and what happens there. */
export type Point =
  | { readonly at: 'request'; readonly number: number; readonly blow: Blow }
  | { readonly at: 'timer'; readonly number: number };

/** The requests and timers between the change and its end, in a run without a fault. */
export interface Count {
  readonly requests: readonly WireCall[];
  readonly timers: number;
  readonly violations: readonly Violation[];
}

/** The result of one point. */
export interface PointResult {
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
}

/** Time before the change and time in which its requests count, milliseconds. */
const PREPARE_MS = 60_000;
const CHANGE_MS = 20_000;
/** How long the caches get no events, and how long listings of Open Connectors lag behind, milliseconds. */
const STALE_MS = 15_000;
const LIST_LAG_MS = 1_500;
const FATE: Fate = { connectMs: 0, travelMs: 2, answerMs: 3 };

/** Counts the points of a scenario. */
export async function countPoints(scenario: Scenario, definitions: Definitions): Promise<Count> {
  const { requests, timers, violations } = await runScenario(scenario, definitions, undefined);
  return { requests, timers, violations };
}

/** Runs a scenario with one point. */
export async function runPoint(
  scenario: Scenario,
  definitions: Definitions,
  point: Point,
): Promise<PointResult> {
  return await runScenario(scenario, definitions, point);
}

async function runScenario(
  scenario: Scenario,
  definitions: Definitions,
  point: Point | undefined,
): Promise<PointResult & Count> {
  const requests: WireCall[] = [];
  let timers = 0;
  let isCounting = false;
  let strike: (blow: Blow) => void = () => undefined;
  let isCacheStale = false;
  const session = await openSession({
    seed: 1,
    definitions,
    connectors: 1,
    element: 'infusionsoftcrm',
    fates(call) {
      if (call.isWatch && isCacheStale) {
        return { ...FATE, fault: { kind: 'refused' } };
      }
      if (!isCounting || call.isWatch) {
        return FATE;
      }
      requests.push(call);
      if (point?.at !== 'request' || point.number !== requests.length) {
        return FATE;
      }
      strike(point.blow);
      return fateOf(FATE, point.blow);
    },
    onTimer(process) {
      if (isCounting) {
        timers += 1;
        if (point?.at === 'timer' && point.number === timers) {
          process.kill(`at timer ${timers}`);
        }
      }
    },
  });
  const { environment, stage, monitor, pass, settle } = session;
  const { clock, cluster, simulation } = environment;
  strike = ({ kind }) => {
    if (kind === 'watches cut' || kind === 'stale cache') {
      cluster.server.faults.dropWatches();
    }
    if (kind === 'stale cache') {
      isCacheStale = true;
      clock.schedule(STALE_MS, () => {
        isCacheStale = false;
      });
    }
    if (kind === 'stale list') {
      simulation.knobs.listLagMs = LIST_LAG_MS;
    }
  };
  try {
    const [subject] = stage.subjects;
    if (subject === undefined) {
      throw new Error('the stage has no connector');
    }
    environment.startOperator(1);
    await scenario.prepare(stage, subject);
    await pass(PREPARE_MS);
    environment.trace.note('change', scenario.name);
    isCounting = true;
    const act = scenario.act(stage, subject);
    await pass(CHANGE_MS);
    await act;
    isCounting = false;
    simulation.knobs.listLagMs = 0;
    await settle();
    return { requests, timers, violations: monitor.violations, trace: environment.trace.lines };
  } finally {
    environment.stop();
  }
}

/** A point in words, for reports. */
export function pointInWords(point: Point): string {
  return point.at === 'timer'
    ? `crash at timer ${point.number}`
    : `${blowInWords(point.blow)} at request ${point.number}`;
}
