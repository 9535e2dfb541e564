import type { PresentedSecrets } from './authorization.ts';
import type { Context } from './context.ts';
import { ApiError, errorAnswer } from './errors.ts';
import type { Answer } from './wire.ts';

/** Limits the requests of each organization per second to the value of the knob; further ones get 429. */
export function createRateLimit(
  context: Context,
): (secrets: PresentedSecrets, requestId: string) => Answer | undefined {
  const windows = new Map<string, { since: number; count: number }>();
  return ({ organization }, requestId) => {
    const limit = context.knobs.requestsPerSecond;
    if (limit === 0 || organization === undefined) {
      return undefined;
    }
    const now = context.clock.monotonic();
    let window = windows.get(organization);
    if (window === undefined || now - window.since >= 1000) {
      window = { since: now, count: 0 };
      windows.set(organization, window);
    }
    window.count += 1;
    if (window.count <= limit) {
      return undefined;
    }
    const refused = errorAnswer(new ApiError(429, 'Too many requests'), requestId);
    return { ...refused, headers: { ...refused.headers, 'Retry-After': '1' } };
  };
}
