import { isSuspended, takesOver } from '../../api/annotations.ts';
import { conditionOf } from '../../api/condition.ts';
import { accountNameOf, elementKeyOf } from '../../api/defaults.ts';
import { isAllowedServer } from '../../api/validation/allowlist.ts';
import type { RecordedAccount } from '../../ownership/recorded-account.ts';
import type { WriteAheadRecord } from '../../ownership/write-ahead-record.ts';
import { retryWaitsUntil } from '../../reconciler/failure-count.ts';
import { type Action, blocked, finish } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { createdBy, isSettled, lateUntil } from '../observe/record-outcome.ts';
import { namedGrantUseOf } from '../observe/secret-uses.ts';
import { lastingInputs, obtain } from './obtain-secrets.ts';
import { accountInWords, afterFailure } from './remote-failure.ts';

/** One rule: an action, or `undefined` to go on to the next rule. */
export type Rule = (input: ConnectorInput) => Action | undefined;

/** The rules before any call of Open Connectors, in order; the first action wins. */
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
  elementIsRead,
];

function suspended(input: ConnectorInput): Action | undefined {
  return isSuspended(input.connector) ? finish({ kind: 'suspended' }) : undefined;
}

function specIsValid(input: ConnectorInput): Action | undefined {
  const [violation] = input.violations;
  if (violation === undefined) {
    return undefined;
  }
  const another = input.violations.find(({ path }) => path !== violation.path);
  const others = another === undefined ? '' : ` Correct also ${another.path}.`;
  return blocked('Ready', 'InvalidSpec', `${violation.path} ${violation.message}.${others}`);
}

/** The API server refuses this by a transition rule, where it supports CEL. */
function importIdIsUnchanged(input: ConnectorInput): Action | undefined {
  const { spec, status } = input.connector;
  const importId = spec.instance?.importId;
  const adopted = status?.importId ?? status?.instance?.id;
  return importId === undefined || adopted === undefined || adopted === importId
    ? undefined
    : blocked(
        'Ready',
        'InvalidSpec',
        `spec.instance.importId is immutable: the resource manages instance ${status?.instance?.id ?? adopted}. Restore it, or create another resource for instance ${importId}.`,
      );
}

function serverIsAllowed(input: ConnectorInput): Action | undefined {
  const { server } = input.connector.spec;
  return server === undefined || isAllowedServer(server, input.settings.allowedServers)
    ? undefined
    : blocked(
        'Synced',
        'ServerNotAllowed',
        `spec.server "${server}" is not in ALLOWED_SERVERS of the operator. Correct it, or add it to that setting.`,
      );
}

function accountPermits(input: ConnectorInput): Action | undefined {
  const { spec } = input.connector;
  if (accountNameOf(spec) !== undefined) {
    return undefined;
  }
  const asked = [
    spec.includeAccountCredentials === true ? 'spec.includeAccountCredentials' : undefined,
    spec.instance?.importId === undefined ? undefined : 'spec.instance.importId',
    takesOver(input.connector) ? 'the annotation openconnectors.dev/take-over' : undefined,
  ].find((field) => field !== undefined);
  return asked === undefined
    ? undefined
    : blocked(
        'AccountReady',
        'NotAllowedWithDefaultAccount',
        `${asked} is not allowed with the default account of the operator. Set spec.accountRef, or remove it.`,
      );
}

function accountIsReady(input: ConnectorInput): Action | undefined {
  const { account } = input;
  switch (account.state) {
    case 'ready':
      return undefined;
    case 'unknown':
      return finish({ kind: 'cache-not-synced' });
    case 'blocked':
      return account.reason === 'AccountNotReady' && !account.stalled && isReady(input)
        ? finish({ kind: 'cache-not-synced' })
        : blocked('AccountReady', account.reason, account.message);
  }
}

/** Nothing is asked for: an account that cannot be reached for a while takes nothing away from it. */
function isReady({ connector: { status, metadata } }: ConnectorInput): boolean {
  const ready = conditionOf({ status }, 'Ready');
  return ready?.status === 'True' && status?.observedGeneration === metadata.generation;
}

/** An instance can be found missing, and changed, only in the account in which it was created or may be. */
function accountIsTheSame(input: ConnectorInput): Action | undefined {
  const { account, connector } = input;
  const recorded = connector.status?.instance?.account;
  if (account.state !== 'ready') {
    return undefined;
  }
  const isElsewhere = (place: RecordedAccount): boolean =>
    place.baseUrl !== account.baseUrl || place.organizationId !== account.organizationId;
  return recorded !== undefined && isElsewhere(recorded)
    ? blocked(
        'Synced',
        'AccountChanged',
        `${accountInWords(input)} now belongs to another organization than the instance ("${recorded.organizationId}" at ${recorded.baseUrl}). Restore the account, or delete the resource with the annotation openconnectors.dev/abandon.`,
      )
    : createdElsewhere(input, isElsewhere);
}

/** A create whose outcome is unknown, or whose instance status does not have yet, was sent to another account. */
function createdElsewhere(
  input: ConnectorInput,
  isElsewhere: (place: RecordedAccount) => boolean,
): Action | undefined {
  const { record } = input;
  if (record?.account === undefined || !isElsewhere(record.account)) {
    return undefined;
  }
  const isOpen = !isSettled(input, record) || isUnwritten(input, record);
  const until = isOpen ? Number.POSITIVE_INFINITY : lateUntil(input);
  return until === undefined
    ? undefined
    : blocked(
        'Synced',
        'AccountChanged',
        `${accountInWords(input)} now belongs to another organization than the latest create call ("${record.account.organizationId}" at ${record.account.baseUrl}). Restore the account until the outcome is known.`,
        Number.isFinite(until) ? { kind: 'at', time: until } : { kind: 'on-change' },
      );
}

/** The create succeeded, and the write of its instance to status failed: only this process can find it there. */
function isUnwritten(input: ConnectorInput, record: WriteAheadRecord): boolean {
  return createdBy(input, record) === 'one' && input.connector.status?.instance === undefined;
}

/** A failure in status delays the next attempt, unless a change triggered the reconcile. */
function retryIsDue(input: ConnectorInput): Action | undefined {
  const { status, metadata } = input.connector;
  const time = retryWaitsUntil(status?.failures, input.now);
  const untouched = status?.observedGeneration === metadata.generation && !input.triggered;
  return untouched && time !== undefined ? finish({ kind: 'not-due', time }) : undefined;
}

/** A first creation needs the grant that its spec names soon after, so that it is read with the others. */
function secretsAreThere(input: ConnectorInput): Action | undefined {
  const action = obtain(input, lastingInputs(input), false);
  const { status } = input.connector;
  const { grant } = input.secrets;
  const named = namedGrantUseOf(input.connector)?.secretName;
  const isFirst = status?.instance === undefined && grant?.value.state === 'unread';
  return action?.type === 'read-secret' && isFirst && named === grant.use.secretName
    ? { ...action, also: [...(action.also ?? []), named] }
    : action;
}

function inventoryIsTaken(input: ConnectorInput): Action | undefined {
  return input.external.searchedAt === undefined ? finish({ kind: 'cache-not-synced' }) : undefined;
}

/** The configuration of the poller follows from the element's own definition. */
function elementIsRead({ connector: { spec }, external }: ConnectorInput): Action | undefined {
  const element = elementKeyOf(spec);
  return spec.events === undefined || external.elements.has(element)
    ? undefined
    : { type: 'read-element', element };
}
