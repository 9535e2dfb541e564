import type { OperatorHealth, WatchHealth } from '../../../../src/kube/operator-options.ts';

/** A watch that follows its objects, but for `change`. */
export function watch(change: Partial<WatchHealth> = {}): WatchHealth {
  return {
    id: 'widgets.example.dev/v1',
    namespace: '',
    state: 'watching',
    stateMs: 1_000,
    lastContactMs: 1_000,
    ...change,
  };
}

/** The health of a leader that is doing well, but for `change`. */
export function health(change: Partial<OperatorHealth> = {}): OperatorHealth {
  return {
    synced: true,
    lastContactMs: 1_000,
    leading: true,
    stopping: false,
    queueDepth: 0,
    inFlight: 0,
    longestRunningMs: 0,
    unfinishedMs: 0,
    watches: [watch()],
    ...change,
  };
}
