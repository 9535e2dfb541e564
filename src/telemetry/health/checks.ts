import type { OperatorHealth } from '../../kube/operator-options.ts';

/** One thing that was checked. `problem` is one line without names of resources; absent when all is well. */
export interface Check {
  readonly name: string;
  readonly problem?: string;
}

/** What is too long, milliseconds. */
export interface LivenessLimits {
  readonly blockedLoopMs: number;
  readonly stuckWorkerMs: number;
  readonly stuckWatchMs: number;
}

/** A block is forgotten after so long. One fails a probe or two; only such that come again and again fail them all. */
export const BLOCK_WINDOW_MS = 30_000;

const MINUTE_MS = 60_000;

/**
 * The limits. Each call has a deadline, the longest one being `createDeadlineMs`, and a pass has some dozens of calls at
 * most. A watch changes its state, or hears of the server, at least every 70 s, whatever the server does.
 */
export function livenessLimits(createDeadlineMs: number): LivenessLimits {
  return {
    blockedLoopMs: 10_000,
    stuckWorkerMs: 15 * MINUTE_MS + createDeadlineMs,
    stuckWatchMs: 10 * MINUTE_MS,
  };
}

/**
 * Whether a restart would help. An API server or an Open Connectors that does not answer is no reason: the watches go on
 * trying, the passes end with their calls' deadlines, and a restart would only add the load of a new start to an outage.
 * What a restart cures is a program that does not come to an end: a blocked event loop, a pass that outlives all its
 * deadlines, a watch that does nothing at all.
 */
export function liveness(
  { longestRunningMs, watches }: OperatorHealth,
  blockedMs: number,
  limits: LivenessLimits,
): readonly Check[] {
  const stuck = watches.filter(
    ({ state, stateMs, lastContactMs }) =>
      state !== 'idle' &&
      state !== 'stopped' &&
      Math.min(stateMs, lastContactMs ?? stateMs) > limits.stuckWatchMs,
  );
  return [
    check('event-loop', blockedMs > limits.blockedLoopMs, `was blocked for ${seconds(blockedMs)} s`),
    check(
      'workers',
      longestRunningMs > limits.stuckWorkerMs,
      `one has been at the same resource for ${seconds(longestRunningMs)} s`,
    ),
    check('watches', stuck.length > 0, `no sign of life of ${stuck.map(({ id }) => id).join(', ')}`),
  ];
}

/**
 * Whether the operator can do its part. A standby can: it is ready to take over, and an update that waits for readiness
 * would wait for ever if only the leader was.
 */
export function readiness({ synced, stopping }: OperatorHealth): readonly Check[] {
  return [
    check('caches', !synced, 'not filled yet'),
    check('shutdown', stopping, 'the operator is stopping'),
  ];
}

function check(name: string, failed: boolean, problem: string): Check {
  return failed ? { name, problem } : { name };
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
