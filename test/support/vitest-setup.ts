import { vi } from 'vitest';
import { timeLimit } from './time-limit.ts';

/** The default timeout of `vi.waitFor` is one second, which a busy machine exceeds. */
const defaultLimitMs = 10_000;

const { waitFor } = vi;

vi.waitFor = (callback, options = {}) => {
  const { timeout = defaultLimitMs, ...rest } = typeof options === 'number' ? { timeout: options } : options;
  return waitFor(callback, { ...rest, timeout: timeLimit(timeout) });
};
