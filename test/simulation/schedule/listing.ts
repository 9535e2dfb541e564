import type { WireCall } from '../wire/fate.ts';

/** Whether the call lists instances of an account. */
export function isListing({ api, method, target }: WireCall): boolean {
  return api === 'external' && method === 'GET' && /\/instances\?/.test(target);
}
