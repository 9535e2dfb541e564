import { vi } from 'vitest';
import { timeLimit } from './time-limit.ts';

/** The default timeout of `vi.waitFor` is one second, which a busy machine exceeds. */
const defaultLimitMs = 10_000;

const { waitFor } = vi;

// Where suites share their modules, this file is loaded again for each of them.
if (waitFor.name !== 'waitForLonger') {
  vi.waitFor = function waitForLonger(callback, options = {}) {
    const { timeout = defaultLimitMs, ...rest } =
      typeof options === 'number' ? { timeout: options } : options;
    return waitFor(callback, { ...rest, timeout: timeLimit(timeout) });
  };
}
