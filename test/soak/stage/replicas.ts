import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../src/runtime/clock.ts';
import { leaseHolders } from '../../support/controlplane/lease-holders.ts';
import { type OperatorProcess, startOperatorProcess } from '../../support/workbench/process.ts';
import type { Workbench } from '../../support/workbench/workbench.ts';
import type { AuditLog } from '../model/audit-log.ts';
import { noteLogLine } from './log-line.ts';
import { MemoryMeter, type MemoryUse } from './memory.ts';

/** A process that ended during the storm. */
export interface Death {
  readonly at: number;
  readonly killed: boolean;
}

/** The replicas of the operator. One that ends is restarted, as a kubelet does. */
export interface Replicas {
  readonly deaths: readonly Death[];
  readonly memory: MemoryUse;
  /** SIGKILL for the replica with this number (from 0). Returns whether it was running; a starting one is not killed. */
  kill(index: number): Promise<boolean>;
  /** SIGKILL for the holder of the Lease. Returns whether one was running. */
  killLeader(): Promise<boolean>;
  /** SIGTERM for all. Returns the number of replicas that did not exit with code 0 in time. */
  stop(): Promise<number>;
}

/** Delay before the restart of a process, milliseconds. */
const RESTART_MS = 1_000;
/** Grace period after SIGTERM, milliseconds. */
const TERMINATION_MS = 40_000;

export interface ReplicasOptions {
  readonly bench: Workbench;
  readonly env: Readonly<Record<string, string>>;
  readonly count: number;
  /** Otherwise `kill` and `killLeader` do nothing. */
  readonly kills: boolean;
  readonly clock: Clock;
  readonly auditLog: AuditLog;
  /** Folder for the log of each process. */
  readonly folder: string;
}

interface Running {
  readonly process: OperatorProcess;
  /** Prefix of its holder identity in the Lease. */
  readonly identity: string;
}

export function startReplicas(options: ReplicasOptions): Replicas {
  const { bench, clock, auditLog } = options;
  const deaths: Death[] = [];
  const meter = new MemoryMeter(clock);
  const running: (Running | undefined)[] = [];
  let stopping = false;
  let started = 0;

  const start = (index: number): void => {
    started += 1;
    const name = `${index + 1}.${started}`;
    const log = createWriteStream(join(options.folder, `operator-${name}.log`));
    const identity = `replica-${name}`;
    const replica = startOperatorProcess(bench, { ...options.env, POD_NAME: identity }, (line) => {
      log.write(`${line}\n`);
      noteLogLine(auditLog, name, line);
    });
    running[index] = { process: replica, identity };
    auditLog.note('replica', `${name} started (pid ${replica.pid})`);
    meter.watch(replica.pid);
    void replica.ended.then((code) => {
      log.end();
      if (running[index]?.process !== replica || stopping) {
        return;
      }
      running[index] = undefined;
      deaths.push({ at: clock.now(), killed: false });
      auditLog.note('replica', `${name} ended by itself with code ${code}`);
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
  const kill = async (index: number): Promise<boolean> => {
    const replica = running[index]?.process;
    if (replica === undefined || replica.lines.length === 0 || stopping || !options.kills) {
      return false;
    }
    running[index] = undefined;
    deaths.push({ at: clock.now(), killed: true });
    auditLog.note('replica', `SIGKILL for pid ${replica.pid}`);
    await replica.kill();
    if (!stopping && running[index] === undefined) {
      start(index);
    }
    return true;
  };
  return {
    deaths,
    get memory() {
      return meter.use;
    },
    kill,
    async killLeader() {
      const [holder = ''] = await leaseHolders(bench.plane, bench.home.name);
      const index = running.findIndex((one) => one !== undefined && holder.startsWith(`${one.identity}_`));
      return index !== -1 && (await kill(index));
    },
    async stop() {
      stopping = true;
      const left = running.filter((replica) => replica !== undefined);
      const codes = await Promise.all(left.map((replica) => terminate(replica.process, clock)));
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
