import type { Clock } from '../../../src/runtime/clock.ts';

/** Forwards whole lines in order, each after the same delay. */
export interface DelayedLines {
  /** Takes a piece of the stream, which may end within a line. */
  push(chunk: string): void;
  /** The stream has ended; `end` is called after the last line. */
  finish(): void;
  /** Drops pending lines. */
  cancel(): void;
}

export function delayLines(
  clock: Clock,
  delayMs: number,
  write: (line: string) => void,
  end: () => void,
): DelayedLines {
  const pending = new Set<() => void>();
  let rest = '';
  const later = (action: () => void): void => {
    const cancel = clock.schedule(delayMs, () => {
      pending.delete(cancel);
      action();
    });
    pending.add(cancel);
  };
  return {
    push(chunk) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        later(() => write(`${line}\n`));
      }
    },
    finish: () => later(end),
    cancel() {
      for (const cancel of pending) {
        cancel();
      }
      pending.clear();
    },
  };
}
