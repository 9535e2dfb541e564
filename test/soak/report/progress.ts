import type { Clock } from '../../../src/runtime/clock.ts';
import type { Audit } from '../checks/audit.ts';
import type { StormContext } from '../storm/context.ts';
import type { FaultTable } from '../storm/faults.ts';
import type { StormCounts } from '../storm/storm.ts';

const INTERVAL_MS = 10_000;

export interface ProgressOptions {
  readonly context: StormContext;
  readonly clock: Clock;
  readonly counts: StormCounts;
  readonly faults: FaultTable;
  readonly look: () => Promise<Audit>;
  readonly print: (text: string) => void;
}

/** Prints a line of progress periodically. */
export function createProgress(options: ProgressOptions): { stop(): void } {
  const { context, clock, counts, faults, look, print } = options;
  const startedAt = clock.monotonic();
  let stopped = false;
  let cancel = (): void => undefined;
  const line = async (): Promise<void> => {
    const audit = await look();
    if (stopped) {
      return;
    }
    const done = [...counts.operations.values()].reduce((sum, count) => sum + count, 0);
    const hits = [...faults.hits().values()].reduce((sum, count) => sum + count, 0);
    const seconds = ((clock.monotonic() - startedAt) / 1_000).toFixed(0);
    const live = audit.ready + audit.asking + audit.unsettled.length;
    print(
      `+${seconds} s: operations ${done}, faults ${hits}, deaths ${context.stage.replicas.deaths.length}, ` +
        `Ready ${audit.ready} of ${live}, orphans ${audit.orphans.length}, duplicates ${audit.duplicates.length}, ` +
        `codes lost unsent ${audit.lost.unexplained.length}, sent twice ${audit.sentTwice.length}, ` +
        `foreign changed ${audit.foreignChanged.length}\n`,
    );
    next();
  };
  const next = (): void => {
    cancel = clock.schedule(INTERVAL_MS, () => {
      line().catch((error: unknown) => {
        print(`no progress to show: ${error instanceof Error ? error.message : String(error)}\n`);
        next();
      });
    });
  };
  next();
  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}
