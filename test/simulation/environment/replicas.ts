import type { Clock } from '../../../src/runtime/clock.ts';
import { derivedRandom } from '../../soak/seeds.ts';
import type { Wire } from '../wire/wire.ts';
import { OperatorProcess } from './operator-process.ts';
import { settingsOf } from './settings.ts';
import type { Trace } from './trace.ts';

/** The processes of the operator; one that ends is started again. */
export interface Replicas {
  /** Those that run. */
  readonly running: readonly OperatorProcess[];
  /** How many processes were started. */
  readonly starts: number;
  kill(index: number, why: string): void;
  /** Ends all, and starts them again when `work` is done. */
  replace(why: string, work: () => Promise<void>): Promise<void>;
  /** Stops a process for a time, as a node without CPU time. */
  pause(index: number, ms: number): void;
  /** Ends all without a new start. */
  stop(): void;
}

export interface ReplicaOptions {
  readonly seed: number;
  readonly count: number;
  /** With a label selector for each, they are operators of their own, one for each shard, instead of replicas. */
  readonly shards?: readonly string[] | undefined;
  /** Of the consent pages; absent: no pages. */
  readonly externalUrl?: string | undefined;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly onLog: (process: string, line: string) => void;
  readonly onTimer: (process: OperatorProcess) => void;
}

/** Time from the end of a process to its next start, milliseconds. */
const RESTART_MS = 2_000;

/** Starts `count` replicas. */
export function startReplicas(options: ReplicaOptions): Replicas {
  const { seed, count, shards, externalUrl, wire, clock, trace } = options;
  const slots: (OperatorProcess | undefined)[] = [];
  let starts = 0;
  let isStopped = false;
  let replacements = 0;
  const startLater = (slot: number): void => {
    clock.schedule(RESTART_MS, () => {
      if (replacements > 0) {
        startLater(slot);
      } else if (!isStopped) {
        start(slot);
      }
    });
  };
  const start = (slot: number): void => {
    starts += 1;
    const name = `operator-${slot + 1}.${starts}`;
    const random = derivedRandom(seed, name);
    trace.note('process', `${name} starts`);
    slots[slot] = new OperatorProcess({
      name,
      config: settingsOf(name, shards === undefined ? count : 1, shards?.[slot], externalUrl),
      wire,
      clock,
      random,
      // Clocks of nodes differ; the first replica has the true time.
      skewMs: slot === 0 ? 0 : Math.round((random.fraction() - 0.5) * 4_000),
      log: (line) => options.onLog(name, line),
      onTimer: options.onTimer,
      onEnd(why) {
        trace.note('process', `${name} ends: ${why}`);
        slots[slot] = undefined;
        if (!isStopped) {
          startLater(slot);
        }
      },
    });
  };
  for (let slot = 0; slot < count; slot++) {
    start(slot);
  }
  return {
    get running() {
      return slots.filter((process) => process !== undefined);
    },
    get starts() {
      return starts;
    },
    kill: (index, why) => slots[index]?.kill(why),
    async replace(why, work) {
      replacements += 1;
      for (const process of [...slots]) {
        process?.kill(why);
      }
      await work();
      replacements -= 1;
    },
    pause(index, ms) {
      const process = slots[index];
      if (process !== undefined) {
        trace.note('process', `${process.name} is paused for ${ms} ms`);
        process.pause(ms);
      }
    },
    stop() {
      isStopped = true;
      for (const process of [...slots]) {
        process?.kill('the run is over');
      }
    },
  };
}
