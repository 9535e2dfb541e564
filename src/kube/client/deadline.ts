import type { Clock } from '../../runtime/clock.ts';

/** A signal that aborts with the first of its causes. Dispose it when the call has ended. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Whether the time is over. */
  readonly expired: boolean;
  /** Also aborts with `signal`, until disposed, so that no listener stays on a long-lived signal. */
  follow(signal: AbortSignal): void;
}

/** Aborts after `timeoutMs` on `clock`, or with the reason of any of `signals`. */
export function startDeadline(
  clock: Clock,
  timeoutMs: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Deadline {
  const controller = new AbortController();
  let expired = false;
  const cancel = clock.schedule(timeoutMs, () => {
    expired = true;
    controller.abort(new Error('the deadline has passed'));
  });
  const unlink = signals.map((signal) => link(signal, controller));
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    follow(signal) {
      unlink.push(link(signal, controller));
    },
    [Symbol.dispose]() {
      cancel();
      for (const release of unlink) {
        release();
      }
    },
  };
}

function link(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) {
    return () => undefined;
  }
  const forward = (): void => controller.abort(signal.reason);
  if (signal.aborted) {
    forward();
  } else {
    signal.addEventListener('abort', forward, { once: true });
  }
  return () => signal.removeEventListener('abort', forward);
}
