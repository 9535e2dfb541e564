import { unauthorized } from '../status.ts';
import type { HttpRequest } from './wire.ts';

/** The user of a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** The user of a bearer token; `undefined` for an unknown one. */
export type Authenticator = (token: string) => User | undefined;

/** The user without a token. Without an authorizer it can read health and version only. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

const publicPaths = /^\/(healthz|livez|readyz|version)(\/|$)/;

/** The user of a request. Fails with 401 for a wrong token, and without one where anonymous access is not allowed. */
export function authenticate(
  request: HttpRequest,
  path: string,
  find: Authenticator,
  strangers: boolean,
): User {
  const header = request.headers.authorization ?? '';
  if (header === '') {
    if (strangers || publicPaths.test(path)) {
      return anonymous;
    }
    throw unauthorized();
  }
  const [, token = ''] = /^Bearer (.+)$/i.exec(header) ?? [];
  const user = find(token);
  if (user === undefined) {
    throw unauthorized();
  }
  return user;
}
