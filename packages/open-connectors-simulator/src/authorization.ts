import { unauthorized } from './errors.ts';
import type { InstanceRecord, State, UserRecord } from './state.ts';

/** The parts of an `Authorization` header; a missing part is absent. */
export interface PresentedSecrets {
  readonly user?: string;
  readonly organization?: string;
  readonly element?: string;
}

/** The caller, and the instance of the token. */
export interface Caller {
  readonly user: UserRecord;
  readonly instance: InstanceRecord | undefined;
}

const parts: Readonly<Record<string, keyof PresentedSecrets>> = {
  User: 'user',
  Organization: 'organization',
  Element: 'element',
};

/** Reads `User <secret>, Organization <secret>[, Element <token>]`, in any order. */
export function parseAuthorization(header: string | undefined): PresentedSecrets {
  const secrets: { -readonly [K in keyof PresentedSecrets]: string } = {};
  for (const part of (header ?? '').split(',')) {
    const [, scheme = '', value = ''] = /^\s*(\S+) (.*?)\s*$/.exec(part) ?? [];
    const name = parts[scheme];
    if (name !== undefined) {
      secrets[name] = value;
    }
  }
  return secrets;
}

/**
 * `account`: requires user and organization; checks an instance token if present.
 * `instance`: requires user and instance token; checks an organization if present.
 */
export type Access = 'none' | 'account' | 'instance';

/** Authenticates the caller. Throws the 401 of the platform. */
export function authenticate(
  state: State,
  secrets: PresentedSecrets,
  access: 'account' | 'instance',
): Caller {
  const user = secrets.user === undefined ? undefined : state.usersBySecret.get(secrets.user);
  const instance = secrets.element === undefined ? undefined : state.instancesByToken.get(secrets.element);
  const organizationNeeded = access === 'account' || secrets.organization !== undefined;
  const elementNeeded = access === 'instance' || secrets.element !== undefined;
  if (
    user === undefined ||
    (organizationNeeded && secrets.organization !== user.account.organization.secret) ||
    (elementNeeded && instance?.account !== user.account)
  ) {
    throw unauthorized();
  }
  return { user, instance };
}
