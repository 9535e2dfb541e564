import { requestOf } from '../../api/annotations.ts';
import { conditionOf } from '../../api/condition.ts';
import { type ConnectorStatus, connectorStatusSchema } from '../../api/connector.ts';
import { isObserved } from '../../api/defaults.ts';
import { mayAppear, type Reason } from '../../api/reasons.ts';
import type { WriteAheadRecord } from '../../ownership/write-ahead-record.ts';
import { boundedStatus } from '../../reconciler/bounded-status.ts';
import {
  type ConditionDraft,
  mergeConditions,
  notTrue,
  severityOf,
  timestamp,
} from '../../reconciler/conditions.ts';
import { failuresAfter } from '../../reconciler/failure-count.ts';
import { withoutUndefined } from '../../runtime/without-undefined.ts';
import type { Result } from '../action.ts';
import { isAuthorized, isReconfigured, latestPatch, pingAnswer } from '../action-log.ts';
import type { SecretInput } from '../connector-secrets.ts';
import { consentPage } from '../decide/authorization/consent.ts';
import { renamedConnection } from '../decide/connection-secret.ts';
import { changesEvents } from '../decide/desired-instance.ts';
import { lastingInputs } from '../decide/obtain-secrets.ts';
import type { ConnectorInput } from '../input.ts';
import { gracePeriodEndsAt } from '../observe/grace-period.ts';
import { heldIdsOf } from '../observe/held-instances.ts';
import { isAccepted, isAcceptedHere, isOutcomeOf } from '../observe/record-outcome.ts';
import { instanceFieldsOf } from './instance-status.ts';

/** A result that status shows. */
export type StatusUpdate = Extract<Result, { kind: 'ready' | 'blocked' | 'observed' }>;

/** The conditions between Ready and the transient ones, in the order in which a reconcile establishes them. */
const STAGES = ['SecretsResolved', 'AccountReady', 'Authorized', 'Synced'] as const;
type Stage = (typeof STAGES)[number];

/** The whole status after a reconcile. Pure; `fraction` (in [0, 1)) spreads the retries. */
export function summarize(input: ConnectorInput, result: StatusUpdate, fraction: number): ConnectorStatus {
  const { connector } = input;
  const before: ConnectorStatus = connector.status ?? {};
  const reconcileAt = requestOf(connector, 'reconcileAt', before.lastHandledReconcileAt);
  const fields = instanceFieldsOf(input, result);
  const held = heldIdsOf({ status: { ...before, ...fields } });
  const after: ConnectorStatus = withoutUndefined({
    ...before,
    observedGeneration: connector.metadata.generation,
    conditions: mergeConditions(
      before.conditions ?? [],
      conditionsOf(input, result),
      connector.metadata.generation,
      input.now,
    ),
    ...fields,
    plan: planStatus(input, result),
    authorization: authorizationStatus(input, result),
    binding: bindingStatus(input),
    credentials: credentialStatus(input, result, held),
    events: eventsStatus(input, result),
    failures: failuresAfter(before.failures, result, input.now, fraction),
    lastHandledReconcileAt: reconcileAt ?? before.lastHandledReconcileAt,
    lastHandledReauthorizeAt: handledReauthorizeAt(input),
    lastHandledSwitchAt: handledSwitchAt(input, result),
    removing: undefined,
  });
  return boundedStatus(connectorStatusSchema, after);
}

function conditionsOf(input: ConnectorInput, result: StatusUpdate): ConditionDraft[] {
  const stages = STAGES.map((type) => stage(input, result, type));
  if (result.kind === 'observed') {
    const { reason, message } = result;
    const status = mayAppear(reason, 'Ready', 'True') ? 'True' : 'False';
    return [{ type: 'Ready', status, reason, message }, ...stages];
  }
  if (result.kind === 'ready') {
    const { pending } = result;
    return [
      { type: 'Ready', status: 'True', reason: result.reason, message: result.message },
      ...stages,
      ...(pending === undefined
        ? []
        : [
            {
              type: 'AuthorizationPending',
              status: 'True',
              reason: pending.reason,
              message: pending.message,
            } as const,
          ]),
    ];
  }
  const ready: ConditionDraft = {
    type: 'Ready',
    status: 'False',
    reason: result.reason,
    message: result.message,
  };
  return [ready, ...stages, ...severity(input, result)];
}

function severity(
  input: ConnectorInput,
  { reason, message }: Extract<StatusUpdate, { kind: 'blocked' }>,
): ConditionDraft[] {
  const isOverdue = reason === 'SecretNotFound' && input.now >= gracePeriodEndsAt(input);
  if (isOverdue) {
    return [{ type: 'Stalled', status: 'True', reason, message }];
  }
  const isDeleting = input.connector.metadata.deletionTimestamp !== undefined;
  return severityOf(reason, message).map((condition) =>
    isDeleting && condition.type === 'Reconciling' ? { ...condition, reason: 'Deleting' } : condition,
  );
}

function stage(input: ConnectorInput, result: StatusUpdate, type: Stage): ConditionDraft {
  if (result.kind === 'blocked' && result.condition === type) {
    return notTrue(type, result.reason, result.message);
  }
  if (result.kind === 'observed') {
    return observedStage(input, result, type);
  }
  return (result.kind === 'ready' ? fulfilled(type) : established(input, type)) ?? carriedOver(input, type);
}

/** A condition of a resource that is only observed. What an earlier reconcile asked users for does not count. */
function observedStage(
  input: ConnectorInput,
  { plan, works, unmet }: Extract<StatusUpdate, { kind: 'observed' }>,
  type: Stage,
): ConditionDraft {
  const failed = unmet.find(({ condition }) => condition === type);
  if (failed !== undefined) {
    return notTrue(type, failed.reason, failed.message);
  }
  if (type === 'Synced' && plan.length > 0) {
    return notTrue(
      type,
      'ChangesPlanned',
      'The operator would make the changes in status.plan. To make them, set spec.managementPolicy to "Manage".',
    );
  }
  if (type === 'Synced' || (type === 'Authorized' && works)) {
    return fulfilled(type);
  }
  return type === 'Authorized' ? unchecked(type) : (established(input, type) ?? unchecked(type));
}

function planStatus({ connector }: ConnectorInput, result: StatusUpdate): ConnectorStatus['plan'] {
  if (result.kind === 'observed') {
    return result.plan.length === 0 ? undefined : [...result.plan];
  }
  // A call that failed says nothing about the plan.
  return isObserved(connector.spec) ? connector.status?.plan : undefined;
}

function fulfilled(type: Stage): ConditionDraft {
  const texts: Record<Stage, { readonly reason: Reason; readonly message: string }> = {
    SecretsResolved: { reason: 'SecretsResolved', message: 'All required Secrets and keys exist.' },
    AccountReady: { reason: 'AccountReady', message: 'The credentials of the account are valid.' },
    Authorized: { reason: 'Authorized', message: 'The OAuth authorization works.' },
    Synced: { reason: 'Synced', message: 'The instance is up to date.' },
  };
  return { type, status: 'True', ...texts[type] };
}

/** A condition that this reconcile established before it was blocked. */
function established(input: ConnectorInput, type: Stage): ConditionDraft | undefined {
  switch (type) {
    case 'AccountReady':
      return input.violations.length > 0 ? undefined : accountCondition(input);
    case 'SecretsResolved':
      return lastingInputs(input).every(({ value }) => ['same', 'value'].includes(value.state))
        ? fulfilled(type)
        : undefined;
    case 'Authorized':
      return isAuthorized(input.log) || pingAnswer(input.log) === 'answered' ? fulfilled(type) : undefined;
    case 'Synced':
      return undefined;
  }
}

function accountCondition(input: ConnectorInput): ConditionDraft {
  const { account, connector } = input;
  switch (account.state) {
    case 'ready':
      return fulfilled('AccountReady');
    case 'blocked':
      return notTrue('AccountReady', account.reason, account.message);
    case 'unknown':
      // After a restart each account is verified again. Until then the condition stays, so that no status is written twice.
      return conditionOf(connector, 'AccountReady')?.observedGeneration === connector.metadata.generation
        ? carriedOver(input, 'AccountReady')
        : notTrue('AccountReady', 'Progressing', 'The account is not verified yet.');
  }
}

/** The condition of an earlier reconcile; Unknown where there is none. */
function carriedOver(input: ConnectorInput, type: Stage): ConditionDraft {
  const previous = conditionOf(input.connector, type);
  // That the instance equals the resource was said of an older generation.
  const isOutdated =
    type === 'Synced' && previous?.observedGeneration !== input.connector.metadata.generation;
  return previous === undefined || (isOutdated && previous.status === 'True')
    ? unchecked(type)
    : { type, status: previous.status, reason: previous.reason as Reason, message: previous.message };
}

function unchecked(type: Stage): ConditionDraft {
  return { type, status: 'Unknown', reason: 'Progressing', message: 'Not checked yet.' };
}

function handledReauthorizeAt(input: ConnectorInput): string | undefined {
  const { record } = input;
  const answered = record !== undefined && isAcceptedHere(input, record) ? record.reauthorizeAt : undefined;
  return answered ?? input.connector.status?.lastHandledReauthorizeAt;
}

/** A request that finds nothing to switch between is handled with that; one before the new instance works waits for it. */
function handledSwitchAt(input: ConnectorInput, result: StatusUpdate): string | undefined {
  const { connector, instances } = input;
  const before = connector.status?.lastHandledSwitchAt;
  const isSettled = result.kind === 'ready' && instances.inUse === undefined;
  return (isSettled ? requestOf(connector, 'switch', before) : undefined) ?? before;
}

/** Ready proves the latest grant, also where the answer to it was lost in a crash. */
function authorizationStatus(input: ConnectorInput, result: StatusUpdate): ConnectorStatus['authorization'] {
  const before = input.connector.status?.authorization;
  const { record } = input;
  const isNew =
    record !== undefined &&
    record.unprocessed === undefined &&
    before?.grant !== record.digest &&
    (isAcceptedHere(input, record) ||
      (result.kind === 'ready' && result.pending === undefined && isProven(input, record)));
  const granted = isNew
    ? { authorizedAt: timestamp(input.now), grant: record.digest }
    : { authorizedAt: before?.authorizedAt, grant: before?.grant };
  const authorization = withoutUndefined({ ...pageStatus(input, result), ...granted });
  return Object.keys(authorization).length === 0 ? undefined : authorization;
}

/** Whether the instance that is Ready is the outcome of the record's credential. */
function isProven(input: ConnectorInput, record: WriteAheadRecord): boolean {
  const instance = input.instances.chosen?.instance;
  return (
    !isAccepted(input, record) &&
    input.memory.refused?.digest !== record.digest &&
    instance !== undefined &&
    instance !== 'not-found' &&
    isOutcomeOf(input, record, instance)
  );
}

/** Status shows the start page while consent is pending, also while another condition blocks. */
function pageStatus(input: ConnectorInput, result: StatusUpdate) {
  if (result.kind === 'ready') {
    return result.pending && consentPage(input);
  }
  if (result.kind !== 'blocked' || isAuthorized(input.log)) {
    return undefined;
  }
  if (result.condition === 'Authorized') {
    return consentPage(input);
  }
  const { startUrl, codeSecretName } = input.connector.status?.authorization ?? {};
  return input.violations.length > 0 || input.offersPage ? { startUrl, codeSecretName } : undefined;
}

/**
 * The connection Secret, with the version that needs no further read after a restart. After a rename the old name stays
 * on record until its Secret is deleted: a restart finds it by this record alone.
 */
function bindingStatus(input: ConnectorInput): ConnectorStatus['binding'] {
  if (input.violations.length > 0) {
    return input.connector.status?.binding;
  }
  const { connection } = input.secrets;
  const { name, isOwn } = renamedConnection(input) ?? connection;
  if (!isOwn) {
    return undefined;
  }
  const { seen } = connection;
  return seen === undefined || name !== connection.name
    ? { name }
    : { name, resourceVersion: seen.resourceVersion, fingerprint: seen.content };
}

/** Fingerprints of what the instances `held` carry: renewed only when all of it is known to be applied. */
function credentialStatus(
  input: ConnectorInput,
  result: StatusUpdate,
  held: readonly number[],
): ConnectorStatus['credentials'] {
  const before = input.connector.status?.credentials;
  if (result.kind !== 'ready' && !isAuthorized(input.log) && !isReconfigured(input.log)) {
    return before;
  }
  const lasting = lastingInputs(input);
  const isOf = (entry: { secretName: string; key: string }, { use }: SecretInput): boolean =>
    entry.secretName === use.secretName && entry.key === use.key;
  const current = lasting.flatMap((found) => {
    const { use, value } = found;
    return value.state === 'value'
      ? [
          {
            secretName: use.secretName,
            key: use.key,
            resourceVersion: value.resourceVersion,
            fingerprint: value.fingerprint,
          },
        ]
      : (before ?? []).filter((entry) => isOf(entry, found));
  });
  // What the instance of the other element carries is compared with when spec.connector is restored.
  const others = (before ?? []).filter((entry) => !lasting.some((found) => isOf(entry, found)));
  return input.instances.inUse !== undefined || held.length > 1 ? [...current, ...others] : current;
}

/** The events as they were enabled: they are disabled when the spec has them no more. */
function eventsStatus({ connector, log }: ConnectorInput, result: StatusUpdate): ConnectorStatus['events'] {
  const { spec, status } = connector;
  const patched = latestPatch(log);
  const isApplied = isAuthorized(log) || (patched !== undefined && changesEvents(patched));
  if (result.kind !== 'ready' && !(isApplied && spec.events !== undefined)) {
    return status?.events;
  }
  return spec.events && { resources: [...spec.events.resources].sort() };
}
