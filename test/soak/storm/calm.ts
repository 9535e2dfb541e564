import { sleep } from '../../../src/runtime/clock.ts';
import { type Audit, isSettled } from '../checks/audit.ts';
import type { StormContext } from './context.ts';

const LOOK_MS = 1_000;
/** So many looks in a row have to find everything settled: a state that passes is none. */
const LOOKS = 6;

/** Waits until everything has settled, or until the time is up. Returns the last audit and the time it took. */
export async function waitForCalm(
  { clock, stage }: StormContext,
  look: () => Promise<Audit>,
  onLook: (audit: Audit) => void,
  signal: AbortSignal,
): Promise<{ readonly audit: Audit; readonly tookMs: number }> {
  const startedAt = clock.monotonic();
  const deadline = startedAt + stage.options.settleMinutes * 60_000;
  let inARow = 0;
  for (;;) {
    const audit = await look();
    onLook(audit);
    inARow = isSettled(audit) ? inARow + 1 : 0;
    if (inARow >= LOOKS || clock.monotonic() > deadline) {
      return { audit, tookMs: clock.monotonic() - startedAt };
    }
    await sleep(clock, LOOK_MS, signal);
  }
}
