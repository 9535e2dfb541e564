import type { Violation } from '../checks/violation.ts';
import type { Definitions } from '../environment/cluster.ts';
import { openSession } from '../session.ts';
import type { CrashMoment, Fate, WireFault } from '../wire/fate.ts';
import type { Scenario } from './scenarios.ts';

/** What happens at a point. */
export type Blow =
  | { readonly kind: 'crash'; readonly moment: CrashMoment }
  | { readonly kind: 'fault'; readonly fault: WireFault };

/** A request or a timer of a scenario, counted from the change on, and what happens there. */
export type Point =
  | { readonly at: 'request'; readonly number: number; readonly blow: Blow }
  | { readonly at: 'timer'; readonly number: number };

/** The requests and timers between the change and its end, in a run without a fault. */
export interface Count {
  readonly requests: number;
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
const FATE: Fate = { connectMs: 0, travelMs: 2, answerMs: 3 };

/** Every moment at which a process can end, and the ways in which a request can fail without it. */
export const BLOWS: readonly Blow[] = [
  { kind: 'crash', moment: 'before' },
  { kind: 'crash', moment: 'after commit' },
  { kind: 'crash', moment: 'after answer' },
  { kind: 'fault', fault: { kind: 'refused' } },
  { kind: 'fault', fault: { kind: 'lost' } },
  { kind: 'fault', fault: { kind: 'answer lost' } },
  { kind: 'fault', fault: { kind: 'hangs' } },
  { kind: 'fault', fault: { kind: 'late', ms: 60_000 } },
  { kind: 'fault', fault: { kind: 'status', status: 409 } },
  { kind: 'fault', fault: { kind: 'status', status: 429 } },
  { kind: 'fault', fault: { kind: 'status', status: 500 } },
];

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
  let requests = 0;
  let timers = 0;
  let isCounting = false;
  const session = await openSession({
    seed: 1,
    definitions,
    connectors: 1,
    element: 'infusionsoftcrm',
    fates(call) {
      if (!isCounting || call.isWatch) {
        return FATE;
      }
      requests += 1;
      return point?.at === 'request' && point.number === requests ? struck(point.blow) : FATE;
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
    await settle();
    return { requests, timers, violations: monitor.violations, trace: environment.trace.lines };
  } finally {
    environment.stop();
  }
}

function struck(blow: Blow): Fate {
  return blow.kind === 'crash' ? { ...FATE, crash: blow.moment } : { ...FATE, fault: blow.fault };
}

/** A point in words, for reports. */
export function pointInWords(point: Point): string {
  if (point.at === 'timer') {
    return `crash at timer ${point.number}`;
  }
  const { blow, number } = point;
  const what = blow.kind === 'crash' ? `crash ${blow.moment}` : Object.values(blow.fault).join(' ');
  return `${what} at request ${number}`;
}
