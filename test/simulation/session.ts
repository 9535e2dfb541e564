import type { Subject } from '../soak/model/subject.ts';
import { derivedRandom } from '../soak/seeds.ts';
import { startPerson } from '../soak/storm/person.ts';
import { checkEnd } from './checks/end.ts';
import { createMonitor, type Monitor } from './checks/monitor.ts';
import type { Definitions } from './environment/cluster.ts';
import { createEnvironment, type Environment } from './environment/environment.ts';
import type { OperatorProcess } from './environment/operator-process.ts';
import { LATE_COMMIT_WINDOW_MS } from './environment/settings.ts';
import { createStage, type Stage } from './environment/stage.ts';
import type { Fates, WireCall } from './wire/fate.ts';

/** What a session starts from. */
export interface SessionOptions {
  readonly seed: number;
  readonly definitions: Definitions;
  readonly connectors: number;
  /** Of all connectors; absent: drawn from the seed. */
  readonly element?: Subject['wanted']['element'];
  readonly fates: Fates;
  /** Whether a person gives a new code where a connector asks for one; absent: true. */
  readonly isAttended?: boolean;
  /** Gets each line of the log, besides the monitor. */
  readonly onLog?: (process: string, line: string) => void;
  readonly onTimer?: (process: OperatorProcess) => void;
  /** Called when a request of a process has ended, with its response or without; the body is that of the response. */
  readonly onAnswer?: (call: WireCall, body: string) => void;
}

/** An environment with users and checks, before the operator starts. */
export interface Session {
  readonly environment: Environment;
  readonly stage: Stage;
  readonly monitor: Monitor;
  /** Fires timers until `isDone`, or until a property is broken. */
  until(isDone: () => boolean): Promise<void>;
  /** `until` for a time, milliseconds. */
  pass(ms: number): Promise<void>;
  /** After faults and edits: everything has to settle, and then to stay as it is. */
  settle(): Promise<void>;
}

/** The most time to settle: the window of late commits, and the longest backoff of the operator, milliseconds. */
const SETTLE_MS = LATE_COMMIT_WINDOW_MS + 600_000;
/** How often it is tried, after the window of late commits, whether everything has settled. */
const LOOK_MS = 20_000;
/** Without a write for this time, longer than each period of the operator but the ping, everything has settled. */
const CALM_MS = 70_000;
/** How long a settled operator is watched, milliseconds. */
const QUIET_MS = 70_000;
const PERSON_LOOK_MS = 2_000;

/** Creates the environment, its users and its checks. `environment.stop` ends it. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { seed, connectors, element, isAttended = true } = options;
  const late: { monitor?: Monitor } = {};
  const monitorOf = (): Monitor => {
    if (late.monitor === undefined) {
      throw new Error('the operator started before the monitor');
    }
    return late.monitor;
  };
  const environment = createEnvironment({
    ...options,
    observer: () => ({
      left: monitorOf().left,
      answered(call, outcome, body) {
        monitorOf().answered(call, outcome, body);
        options.onAnswer?.(call, body);
      },
    }),
    onLog(process, line) {
      monitorOf().log(process, line);
      options.onLog?.(process, line);
    },
  });
  const stage = await createStage(environment, connectors, element);
  const monitor = createMonitor(stage);
  late.monitor = monitor;
  if (isAttended) {
    const random = derivedRandom(seed, 'person');
    startPerson(stage.stage, stage.subjects, environment.clock, random, PERSON_LOOK_MS);
  }
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone() && monitor.violations.length === 0) {
      if (!(await environment.clock.step())) {
        throw new Error('no timer is left, so nothing can happen any more');
      }
      monitor.step();
    }
  };
  const pass = async (ms: number): Promise<void> => {
    const end = environment.clock.monotonic() + ms;
    await until(() => environment.clock.monotonic() >= end);
  };
  return { environment, stage, monitor, until, pass, settle: () => settle(stage, monitor, pass) };
}

async function settle(stage: Stage, monitor: Monitor, pass: (ms: number) => Promise<void>): Promise<void> {
  const { trace } = stage.environment;
  trace.note('calm', 'faults and edits end');
  await pass(LATE_COMMIT_WINDOW_MS);
  let passed = LATE_COMMIT_WINDOW_MS;
  while (passed < SETTLE_MS && monitor.violations.length === 0 && !(await isSettled(stage, monitor))) {
    await pass(LOOK_MS);
    passed += LOOK_MS;
  }
  if (monitor.violations.length > 0) {
    return;
  }
  for (const violation of await checkEnd(stage)) {
    monitor.report(violation);
  }
  trace.note('calm', 'from now on nothing may change');
  monitor.expectQuiet();
  await pass(QUIET_MS);
}

async function isSettled(stage: Stage, { writtenAt }: Monitor): Promise<boolean> {
  const isCalm = stage.clock.monotonic() - writtenAt >= CALM_MS;
  return isCalm && (await checkEnd(stage)).length === 0;
}
