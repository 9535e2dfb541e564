import type { Clock } from 'test-kit/clock.ts';
import type { Ids } from './ids.ts';
import type { AccountRecord, OrganizationRecord, Role, State, UserRecord } from './state.ts';

/** The credentials of one user. */
export interface Credentials {
  readonly userSecret: string;
  readonly organizationSecret: string;
  readonly userId: number;
  readonly accountId: number;
  readonly organizationId: number;
}

export interface OrganizationOptions {
  readonly name?: string;
  readonly organizationSecret?: string;
  readonly userSecret?: string;
}

export interface UserOptions {
  readonly organizationId: number;
  /** An existing account, or `new` for one more; absent: the organization's default account. */
  readonly accountId?: number | 'new';
  readonly role?: Role;
  readonly userSecret?: string;
}

/** Creates organizations, accounts and users. */
export interface Tenancy {
  addOrganization(options?: OrganizationOptions): UserRecord;
  addUser(options: UserOptions): UserRecord;
}

export function credentialsOf(user: UserRecord): Credentials {
  return {
    userSecret: user.secret,
    organizationSecret: user.account.organization.secret,
    userId: user.id,
    accountId: user.account.id,
    organizationId: user.account.organization.id,
  };
}

export function createTenancy(state: State, ids: Ids, clock: Clock): Tenancy {
  const addAccount = (organization: OrganizationRecord, isDefault: boolean): AccountRecord => {
    const id = state.nextId();
    const account = { id, organization, name: isDefault ? 'Default account' : `Account ${id}`, isDefault };
    state.accounts.set(id, account);
    return account;
  };

  const accountFor = ({ organizationId, accountId }: UserOptions): AccountRecord => {
    const organization = state.organizations.get(organizationId);
    if (organization === undefined) {
      throw new Error(`no organization ${organizationId}`);
    }
    if (accountId === 'new') {
      return addAccount(organization, false);
    }
    const account = [...state.accounts.values()].find(
      (one) =>
        one.organization.id === organizationId &&
        (accountId === undefined ? one.isDefault : one.id === accountId),
    );
    return account ?? addAccount(organization, true);
  };

  const addUser = (options: UserOptions): UserRecord => {
    const account = accountFor(options);
    const id = state.nextId();
    const user: UserRecord = {
      id,
      account,
      emailAddress: `user-${id}@example.com`,
      role: options.role ?? 'admin',
      secret: options.userSecret ?? ids.secret(),
    };
    state.users.set(id, user);
    state.usersBySecret.set(user.secret, user);
    return user;
  };

  return {
    addUser,
    addOrganization({ name, organizationSecret, userSecret } = {}) {
      const id = state.nextId();
      state.organizations.set(id, {
        id,
        name: name ?? `Organization ${id}`,
        secret: organizationSecret ?? ids.organizationSecret(),
        createdAt: clock.now(),
      });
      return addUser({ organizationId: id, ...(userSecret === undefined ? {} : { userSecret }) });
    },
  };
}
