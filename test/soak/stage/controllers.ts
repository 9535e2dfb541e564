import { inspect } from 'node:util';
import { type Clock, sleep } from '../../../src/runtime/clock.ts';
import { collectGarbage } from './garbage.ts';
import type { Stage } from './stage.ts';

const INTERVAL_MS = 1_000;

/** Runs the controllers that the control plane lacks. The returned function stops them and throws their error. */
export function runControllers({ auditLog, plane, tenants }: Stage, clock: Clock): () => Promise<void> {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted && !plane.features.garbageCollection) {
      for (const { namespace } of tenants) {
        // A failed call is repeated after a second, as a controller does.
        await collectGarbage(plane.rest, namespace.name).catch((error: unknown) =>
          auditLog.note('operation', `garbage collection failed: ${inspect(error)}`),
        );
      }
      await sleep(clock, INTERVAL_MS, stopping.signal).catch(() => undefined);
    }
  };
  const running = run();
  running.catch(() => stopping.abort()); // Whoever ends it hears of it.
  return async () => {
    stopping.abort();
    await running;
  };
}
