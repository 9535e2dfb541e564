import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type OperatorProcess, startOperatorProcess } from '../../support/workbench/process.ts';
import type { Workbench } from '../../support/workbench/workbench.ts';
import type { Journal } from '../model/journal.ts';
import { noteLogLine } from './log-line.ts';

/** A process that ended while the storm raged. */
export interface Death {
  readonly at: number;
  readonly killed: boolean;
}

/** The replicas of the operator; each that ends is started again, as a kubelet does. */
export interface Replicas {
  readonly deaths: readonly Death[];
  /** SIGKILL for the replica with this number (from 0). */
  kill(index: number): Promise<void>;
  /** SIGTERM for all. Returns how many did not end with code 0 in time. */
  stop(): Promise<number>;
}

/** A process that ends by itself is started again after this time, milliseconds. */
const RESTART_MS = 1_000;
/** A replica that was asked to end has this long, milliseconds. */
const TERMINATION_MS = 40_000;

export interface ReplicasOptions {
  readonly bench: Workbench;
  readonly env: Readonly<Record<string, string>>;
  readonly count: number;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Folder for the log of each process. */
  readonly folder: string;
}

export function startReplicas(options: ReplicasOptions): Replicas {
  const { bench, clock, journal } = options;
  const deaths: Death[] = [];
  const running: (OperatorProcess | undefined)[] = [];
  let stopping = false;
  let started = 0;

  const start = (index: number): void => {
    started += 1;
    const name = `${index + 1}.${started}`;
    const log = createWriteStream(join(options.folder, `operator-${name}.log`));
    const replica = startOperatorProcess(bench, { ...options.env, POD_NAME: `replica-${name}` }, (line) => {
      log.write(`${line}\n`);
      noteLogLine(journal, name, line);
    });
    running[index] = replica;
    journal.note('replica', `${name} started (pid ${replica.pid})`);
    void replica.ended.then((code) => {
      log.end();
      if (running[index] !== replica || stopping) {
        return;
      }
      running[index] = undefined;
      deaths.push({ at: clock.now(), killed: false });
      journal.note('replica', `${name} ended by itself with code ${code}`);
      clock.schedule(RESTART_MS, () => {
        if (!stopping && running[index] === undefined) {
          start(index);
        }
      });
    });
  };
  for (let index = 0; index < options.count; index++) {
    start(index);
  }
  return {
    deaths,
    async kill(index) {
      const replica = running[index];
      if (replica === undefined || stopping) {
        return;
      }
      running[index] = undefined;
      deaths.push({ at: clock.now(), killed: true });
      journal.note('replica', `SIGKILL for pid ${replica.pid}`);
      await replica.kill();
      if (!stopping && running[index] === undefined) {
        start(index);
      }
    },
    async stop() {
      stopping = true;
      const left = running.filter((replica) => replica !== undefined);
      const codes = await Promise.all(left.map((replica) => terminate(replica, clock)));
      return codes.filter((code) => code !== 0).length;
    },
  };
}

async function terminate(replica: OperatorProcess, clock: Clock): Promise<number | null> {
  const cancel = clock.schedule(TERMINATION_MS, () => void replica.kill());
  const code = await replica.terminate();
  cancel();
  return code;
}
