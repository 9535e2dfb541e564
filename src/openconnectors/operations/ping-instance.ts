import type { TransportResponse } from '../../http/client/request.ts';
import { isFault, NONE_FOUND, PING_FALLBACK, PING_PATH } from '../../provider/ping.ts';
import { RemoteError } from '../errors/remote-error.ts';
import { readAnything } from '../schemas.ts';
import type { Call, Caller } from '../transport/call.ts';
import { isRouteMissing } from './route-missing.ts';

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
    read: readPing,
  } as const satisfies Partial<Call<'answered' | 'fault'>>;
  try {
    return outcomeOf(await call({ ...common, path: PING_PATH }, signal));
  } catch (error) {
    if (!isRouteMissing(error) || isOfProvider(error)) {
      throw error;
    }
  }
  try {
    return outcomeOf(await call({ ...common, ...PING_FALLBACK }, signal));
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'not-found' && NONE_FOUND.test(error.message)) {
      return 'answered';
    }
    if (isOfProvider(error)) {
      throw error;
    }
    if (error instanceof RemoteError && (error.class === 'not-found' || error.status === 405)) {
      return 'unsupported';
    }
    throw error;
  }
}

/** The provider answered with 404, not the platform: the route exists. */
function isOfProvider(error: unknown): boolean {
  return error instanceof RemoteError && error.source === 'provider';
}

function readPing(response: TransportResponse): 'answered' | 'fault' {
  // A fault of XML-RPC need not be JSON.
  if (isFault(response.body)) {
    return 'fault';
  }
  readAnything(response);
  return 'answered';
}

function outcomeOf(read: 'answered' | 'fault'): 'answered' {
  if (read === 'fault') {
    throw new RemoteError('unavailable', 'The provider responded with a fault', {
      status: 200,
      source: 'provider',
    });
  }
  return read;
}
