import type { OperatorHealth } from '../../kube/operator-options.ts';

/** The result of a check. `problem` is one line without names of resources; absent if healthy. */
export interface Check {
  readonly name: string;
  readonly problem?: string;
}

/** Limits of the liveness checks, milliseconds. */
export interface LivenessLimits {
  readonly blockedLoopMs: number;
  readonly stuckWorkerMs: number;
  readonly stuckWatchMs: number;
}

/** How long a block counts. A single one fails one or two probes; only repeated blocks fail all. */
export const BLOCK_WINDOW_MS = 30_000;

const MINUTE_MS = 60_000;

/**
 * The limits. Each call has a deadline of at most `createDeadlineMs`, and a reconcile has some dozens of calls. A watch
 * changes its state or receives data at least every 70 s.
 */
export function livenessLimits(createDeadlineMs: number): LivenessLimits {
  return {
    blockedLoopMs: 10_000,
    stuckWorkerMs: 15 * MINUTE_MS + createDeadlineMs,
    stuckWatchMs: 10 * MINUTE_MS,
  };
}

/**
 * Whether a restart would help: for a blocked event loop, a reconcile that outlives its deadlines, or a watch without
 * any activity. An outage of the API server or of Open Connectors is no reason: watches retry, reconciles end by
 * deadline, and a restart would add load.
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

/** Whether the operator is ready. A standby is ready, too: a rolling update waits for readiness. */
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
