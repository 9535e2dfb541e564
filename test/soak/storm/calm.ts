import { sleep } from '../../../src/runtime/clock.ts';
import { type Audit, isSettled } from '../checks/audit.ts';
import type { StormContext } from './context.ts';

const LOOK_MS = 1_000;
/** Number of consecutive audits that must find everything settled, to exclude a transient state. */
const LOOKS = 6;

/** Waits until everything is settled, or until the timeout. Returns the last audit and the elapsed time. */
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
