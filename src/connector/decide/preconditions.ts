import { isSuspended, takesOver } from '../../api/annotations.ts';
import { accountNameOf } from '../../api/defaults.ts';
import { isAllowedServer } from '../../api/validation/allowlist.ts';
import type { RecordedAccount } from '../../ownership/recorded-account.ts';
import { retryWaitsUntil } from '../../reconciler/failure-count.ts';
import { blocked, finish, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { isSettled, lateUntil, recordOf } from '../observe/record-outcome.ts';
import { lastingUses, obtain } from '../observe/secret-uses.ts';
import { afterFailure } from './remote-failure.ts';

/** One consideration: a step if it has something to say, `undefined` to let the next one speak. */
export type Rule = (world: ConnectorInput) => Action | undefined;

/** The considerations before anything is done at the remote side, in order; the first that answers wins. */
export const PRECONDITIONS: readonly Rule[] = [
  suspended,
  specIsValid,
  importIdIsUnchanged,
  serverIsAllowed,
  accountPermits,
  accountIsReady,
  accountIsTheSame,
  afterFailure,
  retryIsDue,
  secretsAreThere,
  inventoryIsTaken,
];

function suspended(world: ConnectorInput): Action | undefined {
  return isSuspended(world.connector) ? finish({ kind: 'suspended' }) : undefined;
}

function specIsValid(world: ConnectorInput): Action | undefined {
  const [violation, ...more] = world.violations;
  if (violation === undefined) {
    return undefined;
  }
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return blocked('Ready', 'InvalidSpec', `${violation.path} ${violation.message}${others}.`);
}

/** What the API server refuses by a transition rule, where it knows such rules. */
function importIdIsUnchanged(world: ConnectorInput): Action | undefined {
  const { spec, status } = world.connector;
  const importId = spec.instance?.importId;
  return importId === undefined || status?.instance === undefined || status.instance.id === importId
    ? undefined
    : blocked(
        'Ready',
        'InvalidSpec',
        `spec.instance.importId cannot be changed: the resource holds instance ${status.instance.id}. Set it back, or create another resource for instance ${importId}.`,
      );
}

function serverIsAllowed(world: ConnectorInput): Action | undefined {
  const { server } = world.connector.spec;
  return server === undefined || isAllowedServer(server, world.settings.allowedServers)
    ? undefined
    : blocked(
        'Synced',
        'ServerNotAllowed',
        `spec.server "${server}" is not among the servers that this operator may use (${world.settings.allowedServers.join(', ')}). Correct it, or have the operator's ALLOWED_SERVERS extended.`,
      );
}

function accountPermits(world: ConnectorInput): Action | undefined {
  const { spec } = world.connector;
  if (accountNameOf(spec) !== undefined) {
    return undefined;
  }
  const asked = [
    spec.includeAccountCredentials === true ? 'spec.includeAccountCredentials' : undefined,
    spec.instance?.importId === undefined ? undefined : 'spec.instance.importId',
    takesOver(world.connector) ? 'the annotation openconnectors.dev/take-over' : undefined,
  ].find((field) => field !== undefined);
  return asked === undefined
    ? undefined
    : blocked(
        'AccountReady',
        'NotAllowedWithDefaultAccount',
        `${asked} is not allowed with the operator's default account, which other namespaces share. Name an OpenConnectorsAccount of this namespace in spec.accountRef, or remove it.`,
      );
}

function accountIsReady(world: ConnectorInput): Action | undefined {
  const { account } = world;
  switch (account.state) {
    case 'ready':
      return undefined;
    case 'unknown':
      return finish({ kind: 'cache-not-synced' });
    case 'blocked':
      return account.reason === 'AccountNotReady' && !account.stalled && isReady(world)
        ? finish({ kind: 'cache-not-synced' })
        : blocked('AccountReady', account.reason, account.message);
  }
}

/** Nothing is asked for: an account that cannot be reached for a while takes nothing away from it. */
function isReady({ connector: { status, metadata } }: ConnectorInput): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && status?.observedGeneration === metadata.generation;
}

/** Only where the instance was made, or may be, can its absence be believed, and only there may it be changed. */
function accountIsTheSame(world: ConnectorInput): Action | undefined {
  const { account, connector } = world;
  const recorded = connector.status?.instance?.account;
  if (account.state !== 'ready') {
    return undefined;
  }
  const isElsewhere = (place: RecordedAccount): boolean =>
    place.baseUrl !== account.baseUrl || place.organizationId !== account.organizationId;
  if (recorded !== undefined) {
    return isElsewhere(recorded)
      ? blocked(
          'Synced',
          'AccountChanged',
          `The instance was made in organization ${recorded.organizationId} at ${recorded.baseUrl}, but the account is now organization ${account.organizationId} at ${account.baseUrl}. Restore the account, or set the annotation openconnectors.dev/abandon and create the resource anew.`,
        )
      : undefined;
  }
  return createdElsewhere(world, isElsewhere);
}

/** A create whose outcome is unknown was sent to another account. */
function createdElsewhere(world: ConnectorInput, isElsewhere: (place: RecordedAccount) => boolean): Action | undefined {
  const record = recordOf(world);
  if (record?.account === undefined || !isElsewhere(record.account)) {
    return undefined;
  }
  const until = isSettled(world, record) ? lateUntil(world) : Number.POSITIVE_INFINITY;
  return until === undefined
    ? undefined
    : blocked(
        'Synced',
        'AccountChanged',
        `An instance may have been created in organization ${record.account.organizationId} at ${record.account.baseUrl}. Restore the account until the outcome is known.`,
        Number.isFinite(until) ? { kind: 'at', time: until } : { kind: 'on-change' },
      );
}

/** A failure that is remembered in status holds the resource back, unless somebody changed something since. */
function retryIsDue(world: ConnectorInput): Action | undefined {
  const { status, metadata } = world.connector;
  const time = retryWaitsUntil(status?.failures, world.now);
  const untouched = status?.observedGeneration === metadata.generation && !world.triggered;
  return untouched && time !== undefined ? finish({ kind: 'not-due', time }) : undefined;
}

function secretsAreThere(world: ConnectorInput): Action | undefined {
  return obtain(world, lastingUses(world), false);
}

function inventoryIsTaken(world: ConnectorInput): Action | undefined {
  return world.external.searchedAt === undefined ? finish({ kind: 'cache-not-synced' }) : undefined;
}
