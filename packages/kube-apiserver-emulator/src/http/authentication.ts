import type { IncomingMessage } from 'node:http';
import { unauthorized } from '../status.ts';

/** Who a request comes from. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** Finds the user of a bearer token; `undefined` for a token that nobody has. */
export type Authenticator = (token: string) => User | undefined;

/** Who asks without a token. Without an authorizer he may see health and version only. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

const publicPaths = /^\/(healthz|livez|readyz|version)(\/|$)/;

/** The user of a request. Fails with 401 for a wrong token, and for none where strangers are not let in. */
export function authenticate(
  request: IncomingMessage,
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
