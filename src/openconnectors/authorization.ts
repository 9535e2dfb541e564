import { RemoteError } from './errors/remote-error.ts';

/** The two secrets of an account: one of a user of Open Connectors, one of the organization. */
export interface AccountCredentials {
  readonly userSecret: string;
  readonly organizationSecret: string;
}

/**
 * The `Authorization` header of the Platform API. Calls of the hub (a ping) also carry the instance token as `Element`;
 * calls about the instance itself, such as its deletion, never do. @throws RemoteError of class `unauthorized`, with
 * nothing sent, for a value that a header cannot contain: the values are base64 or hexadecimal.
 */
export function authorizationHeader(credentials: AccountCredentials, instanceToken?: string): string {
  const parts = [
    `User ${checked('user secret', credentials.userSecret)}`,
    `Organization ${checked('organization secret', credentials.organizationSecret)}`,
  ];
  if (instanceToken !== undefined) {
    parts.push(`Element ${checked('instance token', instanceToken)}`);
  }
  return parts.join(', ');
}

function checked(what: string, value: string): string {
  if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(value)) {
    throw new RemoteError(
      'unauthorized',
      `The ${what} is empty or has white space, a comma or a line break in it`,
      { processed: 'no' },
    );
  }
  return value;
}
