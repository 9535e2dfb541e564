import type { Clock } from 'test-kit/clock.ts';
import type { ElementDefinition } from './catalog.ts';
import type { Ids } from './ids.ts';

export interface OrganizationRecord {
  readonly id: number;
  readonly name: string;
  readonly secret: string;
  readonly createdAt: number;
}

export interface AccountRecord {
  readonly id: number;
  readonly organization: OrganizationRecord;
  readonly name: string;
  readonly isDefault: boolean;
}

/** `admin` may create and change instances, `default-user` may only use them. */
export type Role = 'admin' | 'default-user';

export interface UserRecord {
  readonly id: number;
  readonly account: AccountRecord;
  readonly emailAddress: string;
  readonly role: Role;
  secret: string;
}

export interface InstanceRecord {
  readonly id: number;
  readonly account: AccountRecord;
  readonly user: UserRecord;
  readonly element: ElementDefinition;
  readonly createdAt: number;
  readonly externalAuthentication: 'none' | 'initial';
  /** Numeric id of each configuration property; differs from instance to instance. */
  readonly propertyIds: Map<string, number>;
  /** True values, never masked. */
  readonly configuration: Map<string, string | null>;
  name: string;
  tags: string[];
  token: string;
  updatedAt: number;
  disabled: boolean;
  traceLoggingUntil: number;
  /** Failed token refreshes in a row. */
  refreshFailures: number;
  /** True after the platform stopped refreshing; only a new grant resets it. */
  refreshLocked: boolean;
}

/** An earlier state of an instance. */
export interface PastInstance {
  readonly until: number;
  readonly instance: InstanceRecord;
}

/** The stored data of the platform: organizations with accounts, users and instances. */
export interface State {
  readonly organizations: Map<number, OrganizationRecord>;
  readonly accounts: Map<number, AccountRecord>;
  readonly users: Map<number, UserRecord>;
  readonly instances: Map<number, InstanceRecord>;
  readonly instancesByToken: Map<string, InstanceRecord>;
  readonly usersBySecret: Map<string, UserRecord>;
  /** Deleted instances with the time of deletion, for stale lists. */
  readonly deleted: Map<number, { readonly instance: InstanceRecord; readonly at: number }>;
  /** Earlier states of instances, oldest first, for stale lists. */
  readonly past: Map<number, readonly PastInstance[]>;
  nextId(): number;
}

/** Ids start above 2^31, so that a client with 32-bit ids fails. */
export function createState(firstId = 2_200_000_001): State {
  let id = firstId;
  return {
    organizations: new Map(),
    accounts: new Map(),
    users: new Map(),
    instances: new Map(),
    instancesByToken: new Map(),
    usersBySecret: new Map(),
    deleted: new Map(),
    past: new Map(),
    nextId: () => id++,
  };
}

export function removeInstance(state: State, instance: InstanceRecord, clock: Clock): void {
  state.instances.delete(instance.id);
  state.instancesByToken.delete(instance.token);
  state.deleted.set(instance.id, { instance, at: clock.now() });
}

export function replaceToken(state: State, instance: InstanceRecord, token: string): void {
  state.instancesByToken.delete(instance.token);
  instance.token = token;
  state.instancesByToken.set(token, instance);
}

export function replaceUserSecret(state: State, user: UserRecord, ids: Ids): void {
  state.usersBySecret.delete(user.secret);
  user.secret = ids.secret();
  state.usersBySecret.set(user.secret, user);
}
