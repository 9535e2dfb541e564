import { derivedRandom } from '../soak/seeds.ts';
import type { Violation } from './checks/violation.ts';
import { disturbancesBut } from './disturbances.ts';
import type { Definitions } from './environment/cluster.ts';
import { createConnector } from './environment/stage.ts';
import { seededFates } from './schedule/fates.ts';
import { type Action, planActions } from './schedule/plan.ts';
import { type Profile, profileOf } from './schedule/profile.ts';
import { reactionAction } from './schedule/reaction.ts';
import { type Storm, type StormTools, startStorm } from './schedule/storm.ts';
import { openSession, type Session } from './session.ts';
import { asUpgrade, profileWithUpgrades, withUpgrades } from './upgrades/actions.ts';
import { prepareUpgrades } from './upgrades/upgrade.ts';
import type { WireCall } from './wire/fate.ts';

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
  /** The most requests of one process in 10 s, and of one kind in 60 s. */
  readonly peaks: readonly number[];
}

export interface RunOptions {
  readonly seed: number;
  readonly definitions: Definitions;
  /** Faults, crashes and actions to leave out, by name. */
  readonly without?: ReadonlySet<string>;
  /** Whether the operator is ended and started with the state of the release before. */
  readonly upgrades?: boolean | undefined;
}

/** Runs one seed: storm, calm, checks. The same options give the same trace. */
export async function run({ seed, definitions, without, upgrades = false }: RunOptions): Promise<RunResult> {
  const profile = upgrades ? profileWithUpgrades(profileOf(seed)) : profileOf(seed);
  const { names: disturbances, occurs } = disturbancesBut(without);
  const fates = seededFates(seed, profile, occurs);
  const timers = derivedRandom(seed, 'timers');
  let timerCount = 0;
  let isCalm = false;
  let requests = 0;
  let react = (_call: WireCall): void => undefined;
  const session = await openSession({
    seed,
    definitions,
    connectors: profile.connectors,
    fates(call) {
      requests += 1;
      react(call);
      return fates.of(call);
    },
    onTimer(process) {
      timerCount += 1;
      const name = `crash at timer ${timerCount}`;
      if (!isCalm && timers.fraction() < profile.timerCrashes && occurs(name)) {
        process.kill(name);
      }
    },
  });
  const { environment, monitor } = session;
  try {
    environment.trace.note('profile', JSON.stringify(profile));
    const upgrade = upgrades ? prepareUpgrades(environment) : undefined;
    const planned = planActions(seed, profile);
    const actions = upgrades ? withUpgrades(seed, profile, planned) : planned;
    const tools = { fates, upgrade, actions: actions.filter(({ id }) => occurs(id)) };
    await storm(session, profile, tools, ({ react: carryOut }) => {
      react = (call) => {
        const reaction = fates.reactionTo(call);
        if (reaction !== undefined) {
          const action = reactionAction(reaction, call, session.stage, profile);
          carryOut(upgrades ? asUpgrade(action) : action, reaction.delayMs);
        }
      };
    });
    isCalm = true;
    fates.calm();
    environment.simulation.knobs.listLagMs = 0;
    await session.settle();
    const { lines: trace } = environment.trace;
    const { violations, peaks } = monitor;
    return { seed, violations, trace, digest: environment.trace.digest(), disturbances, requests, peaks };
  } finally {
    environment.stop();
  }
}

/** The time in which everything happens. */
async function storm(
  { environment, stage, monitor, until }: Session,
  profile: Profile,
  { fates, upgrade, actions }: Omit<StormTools, 'replicas'> & { readonly actions: readonly Action[] },
  onStart: (storm: Storm) => void,
): Promise<void> {
  for (const subject of stage.subjects) {
    await createConnector(stage, subject);
  }
  environment.simulation.knobs.listLagMs = profile.listLagMs;
  const replicas = environment.startOperator(profile.replicas);
  const storm = startStorm(stage, { replicas, fates, upgrade }, actions, (error) =>
    monitor.report({ property: 'sound run', text: `the storm itself failed: ${String(error)}` }),
  );
  onStart(storm);
  let isOver = false;
  void storm.done.then(() => {
    isOver = true;
  });
  await until(() => isOver && environment.clock.monotonic() >= profile.stormMs);
}
