import { derivedRandom } from '../soak/seeds.ts';
import { startPerson } from '../soak/storm/person.ts';
import { checkEnd } from './checks/end.ts';
import { createMonitor, type Monitor } from './checks/monitor.ts';
import type { Violation } from './checks/violation.ts';
import { type SeededFates, seededFates } from './schedule/fates.ts';
import { type Action, planActions } from './schedule/plan.ts';
import { type Profile, profileOf } from './schedule/profile.ts';
import { startStorm } from './schedule/storm.ts';
import type { Definitions } from './world/cluster.ts';
import { LATE_COMMIT_WINDOW_MS } from './world/settings.ts';
import { createConnector, createStage, type Stage } from './world/stage.ts';
import { createWorld, type World } from './world/world.ts';

/** The result of one run. */
export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  /** Equal for equal traces. */
  readonly digest: string;
  /** Names of all faults, crashes and actions that occurred. */
  readonly disturbances: readonly string[];
  readonly requests: number;
  readonly virtualMs: number;
  /** The most requests of one process in 10 s. */
  readonly peak: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly definitions: Definitions;
  /** Faults, crashes and actions to leave out. */
  readonly without?: ReadonlySet<string>;
}

/** Time to settle after the last fault, milliseconds: the window of late commits, and an hour's worth of periods. */
const SETTLE_MS = LATE_COMMIT_WINDOW_MS + 600_000;
/** How long a settled operator is watched, milliseconds. */
const QUIET_MS = 180_000;
const PERSON_LOOK_MS = 2_000;

/** Runs one seed: storm, calm, checks. The same options give the same trace. */
export async function run({ seed, definitions, without = new Set() }: RunOptions): Promise<RunResult> {
  const profile = profileOf(seed);
  const disturbances: string[] = [];
  const occurs = (name: string): boolean => {
    const isLeftOut = without.has(name);
    if (!isLeftOut) {
      disturbances.push(name);
    }
    return !isLeftOut;
  };
  const fates = seededFates(seed, profile, occurs);
  const timers = derivedRandom(seed, 'timers');
  let timerCount = 0;
  let isCalm = false;
  let requests = 0;
  const late: { monitor?: Monitor } = {};
  const monitorOf = (): Monitor => {
    if (late.monitor === undefined) {
      throw new Error('the operator started before the monitor');
    }
    return late.monitor;
  };
  const world = createWorld({
    seed,
    definitions,
    fates(call) {
      requests += 1;
      return fates.of(call);
    },
    observer: monitorOf,
    onLog: (process, line) => monitorOf().log(process, line),
    onTimer(process) {
      timerCount += 1;
      const name = `crash at timer ${timerCount}`;
      if (!isCalm && timers.fraction() < profile.timerCrashes && occurs(name)) {
        process.kill(name);
      }
    },
  });
  try {
    const stage = await createStage(world, profile.connectors);
    const monitor = createMonitor(stage);
    late.monitor = monitor;
    world.trace.note('profile', JSON.stringify(profile));
    const actions = planActions(seed, profile).filter(({ id }) => occurs(id));
    await storm(stage, monitor, { profile, fates }, actions);
    isCalm = true;
    fates.calm();
    await settle(stage, monitor);
    return {
      seed,
      violations: monitor.violations,
      trace: world.trace.lines,
      digest: world.trace.digest(),
      disturbances,
      requests,
      virtualMs: world.clock.monotonic(),
      peak: monitor.peak,
    };
  } finally {
    world.stop();
  }
}

/** The time in which everything happens. */
async function storm(
  stage: Stage,
  monitor: Monitor,
  { profile, fates }: { readonly profile: Profile; readonly fates: SeededFates },
  actions: readonly Action[],
): Promise<void> {
  const { world, subjects, clock } = stage;
  const { replicas: count, stormMs, listLagMs } = profile;
  for (const subject of subjects) {
    await createConnector(stage, subject);
  }
  world.simulation.knobs.listLagMs = listLagMs;
  const replicas = world.startOperator(count);
  startPerson(stage.stage, subjects, clock, derivedRandom(world.seed, 'person'), PERSON_LOOK_MS);
  let isOver = false;
  const { done } = startStorm(stage, { replicas, fates }, actions, (error) =>
    monitor.report({ property: 'no crash', text: `the storm itself failed: ${String(error)}` }),
  );
  void done.then(() => {
    isOver = true;
  });
  await until(world, monitor, () => isOver && clock.monotonic() >= stormMs);
}

/** No faults and edits any more: everything has to settle, and then to stay as it is. */
async function settle(stage: Stage, monitor: Monitor): Promise<void> {
  const { world } = stage;
  world.trace.note('calm', 'faults and edits end');
  world.simulation.knobs.listLagMs = 0;
  const settledAt = world.clock.monotonic() + SETTLE_MS;
  await until(world, monitor, () => world.clock.monotonic() >= settledAt);
  for (const violation of await checkEnd(stage)) {
    monitor.report(violation);
  }
  world.trace.note('calm', 'from now on nothing may change');
  monitor.expectQuiet();
  await until(world, monitor, () => world.clock.monotonic() >= settledAt + QUIET_MS);
  for (const violation of await checkEnd(stage)) {
    monitor.report(violation);
  }
}

/** Fires timers until `isDone`, or until a property is broken. */
async function until(world: World, monitor: Monitor, isDone: () => boolean): Promise<void> {
  while (!isDone() && monitor.violations.length === 0) {
    if (!(await world.clock.step())) {
      throw new Error('no timer is left, so nothing can happen any more');
    }
    monitor.step();
  }
}
