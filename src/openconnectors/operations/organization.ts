import type { Organization } from '../port.ts';
import { parseOrganization } from '../schemas.ts';
import type { Caller } from '../transport/call.ts';

/** `GET /organizations/me`. */
export function readOrganization(call: Caller, signal: AbortSignal | undefined): Promise<Organization> {
  return call(
    {
      operation: 'organization',
      effect: 'none',
      method: 'GET',
      path: '/organizations/me',
      read: parseOrganization,
    },
    signal,
  );
}
