import type { PoolOptions, PoolWorker, VitestPluginContext } from 'vitest/node';
import { ThreadsPoolWorker } from 'vitest/node';
import { type WarmThread, WarmWorker } from './warm-worker.ts';

const NAME = 'warm';

/**
 * Makes Vitest keep its thread, with all modules loaded, from one run of the tests to the next. A mutant is switched on
 * by a global variable, so a fresh thread for each would only load the same modules again, which is most of the time.
 */
export function keepThreadWarm({ vitest, project }: VitestPluginContext): void {
  let thread: WarmThread | undefined;
  let usefulFirst: readonly string[] = [];
  const host = {
    name: NAME,
    hasFailed: () => vitest.state.getFiles().some(({ result }) => result?.state === 'fail'),
    // Neighboring mutants fail the same suites.
    order: (files: readonly string[]) => [...files].sort((a, b) => rank(a) - rank(b)),
    promote: (file: string) => {
      usefulFirst = [file, ...usefulFirst.filter((other) => other !== file)];
    },
    drop: () => {
      thread = undefined;
    },
  };
  const rank = (file: string): number => usefulFirst.indexOf(file) + 1 || usefulFirst.length + 1;
  const createPoolWorker = (options: PoolOptions): PoolWorker => {
    thread ??= { worker: new ThreadsPoolWorker(options), start: undefined };
    return new WarmWorker(thread, host);
  };
  project.config.pool = NAME;
  project.config.poolRunner = { name: NAME, createPoolWorker };
  vitest.onClose(async () => {
    if (thread?.start !== undefined) {
      await thread.worker.stop();
    }
  });
}
