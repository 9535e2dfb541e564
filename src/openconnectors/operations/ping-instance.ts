import { NONE_FOUND, PING_FALLBACK, PING_PATH } from '../../provider/ping.ts';
import { RemoteError } from '../errors/remote-error.ts';
import { readAnything } from '../schemas.ts';
import type { Call, Caller } from '../transport/call.ts';

/** Calls the ping of the instance with its token, or the fallback where the element has no ping. */
export async function pingInstance(
  call: Caller,
  token: string,
  signal: AbortSignal | undefined,
): Promise<'answered' | 'unsupported'> {
  const common = {
    operation: 'ping-instance',
    effect: 'none',
    method: 'GET',
    instanceToken: token,
    read: readAnything,
  } as const satisfies Partial<Call<void>>;
  try {
    await call({ ...common, path: PING_PATH }, signal);
    return 'answered';
  } catch (error) {
    if (!isRouteMissing(error)) {
      throw error;
    }
  }
  try {
    await call({ ...common, ...PING_FALLBACK }, signal);
    return 'answered';
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'not-found') {
      return NONE_FOUND.test(error.message) ? 'answered' : 'unsupported';
    }
    if (error instanceof RemoteError && error.status === 405) {
      return 'unsupported';
    }
    throw error;
  }
}

function isRouteMissing(error: unknown): boolean {
  return error instanceof RemoteError && (error.status === 404 || error.status === 405);
}
