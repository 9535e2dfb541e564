import { grantsIn } from 'open-connectors-simulator/body.ts';
import type { WireCall } from '../wire/fate.ts';

/** Whether the call sends a code or a refresh token to Open Connectors. */
export function carriesCredential({ api, method, body }: WireCall): boolean {
  if (api !== 'external' || method === 'GET' || body === undefined) {
    return false;
  }
  const { code, refreshToken } = grantsIn(body);
  return code !== undefined || refreshToken !== undefined;
}
