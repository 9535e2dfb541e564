import type { Clock } from '../../runtime/clock.ts';

/** Notices when nothing has been heard for too long. */
export class StallDetector implements Disposable {
  private readonly clock: Clock;
  private readonly longestSilenceMs: number;
  private readonly onStall: () => void;
  private lastHeard: number;
  private hasStalled = false;
  private cancel: () => void;

  /** Calls `onStall` once, when `longestSilenceMs` have passed since the last `heard()`. */
  constructor(clock: Clock, longestSilenceMs: number, onStall: () => void) {
    this.clock = clock;
    this.longestSilenceMs = longestSilenceMs;
    this.onStall = onStall;
    this.lastHeard = clock.monotonic();
    this.cancel = clock.schedule(longestSilenceMs, () => this.check());
  }

  get stalled(): boolean {
    return this.hasStalled;
  }

  /** Cheap: the timer looks at the time of the last sign only when it fires. */
  heard(): void {
    this.lastHeard = this.clock.monotonic();
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  private check(): void {
    const remainingMs = this.longestSilenceMs - (this.clock.monotonic() - this.lastHeard);
    if (remainingMs > 0) {
      this.cancel = this.clock.schedule(remainingMs, () => this.check());
      return;
    }
    this.hasStalled = true;
    this.onStall();
  }
}
