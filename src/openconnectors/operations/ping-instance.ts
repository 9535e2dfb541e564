import { RemoteError } from '../errors/remote-error.ts';
import { readAnything } from '../schemas.ts';
import type { Call, Caller } from '../transport/call.ts';

const NONE_FOUND = /\bno (?:contacts?|records?|results?|objects?|entities)\b.*\bfound\b/i;

/**
 * `GET /hubs/crm/ping` with the instance token; where the connector has no ping, the cheapest read of its own:
 * `GET /hubs/crm/contacts?pageSize=1`. There a 404 that says that none was found comes from an instance that works.
 */
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
    await call({ ...common, path: '/hubs/crm/ping' }, signal);
    return 'answered';
  } catch (error) {
    if (!isRouteMissing(error)) {
      throw error;
    }
  }
  try {
    await call({ ...common, path: '/hubs/crm/contacts', query: [['pageSize', '1']] }, signal);
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
