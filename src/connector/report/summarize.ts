import { requestOf } from '../../api/annotations.ts';
import type { Condition, ConditionType } from '../../api/condition.ts';
import { type ConnectorStatus, connectorStatusSchema } from '../../api/connector.ts';
import { connectionSecretNameOf } from '../../api/defaults.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Instance } from '../../openconnectors/port.ts';
import type { WriteAheadRecord } from '../../ownership/write-ahead-record.ts';
import { boundedStatus } from '../../reconciler/bounded-status.ts';
import {
  mergeConditions,
  notTrue,
  severityOf,
  type ConditionDraft,
  timestamp,
} from '../../reconciler/conditions.ts';
import { failuresAfter } from '../../reconciler/failure-count.ts';
import type { Result } from '../action.ts';
import { isOwnSecret, renamedConnection } from '../decide/connection-secret.ts';
import { consentPage, offersPage } from '../decide/consent.ts';
import { desiredEnabled, recordedEnabled } from '../decide/desired-instance.ts';
import type { ConnectorInput } from '../input.ts';
import { gracePeriodEndsAt } from '../observe/grace-period.ts';
import { chosenInstance, ownership } from '../observe/instances.ts';
import { isAccepted, mayBeOf, recordOf } from '../observe/record-outcome.ts';
import { lastingUses } from '../observe/secret-uses.ts';
import { secretValue } from '../observe/secret-value.ts';

/** A verdict that says something about the resource. */
export type StatusUpdate = Extract<Result, { kind: 'ready' | 'blocked' }>;

/** The conditions between Ready and the transient ones, in the order in which a pass establishes them. */
const STAGES = ['SecretsResolved', 'AccountReady', 'Authorized', 'Synced'] as const;
type Stage = (typeof STAGES)[number];

/** The whole status after a pass. Pure; `fraction` (in [0, 1)) spreads the retries. */
export function summarize(world: ConnectorInput, verdict: StatusUpdate, fraction: number): ConnectorStatus {
  const { connector } = world;
  const before: ConnectorStatus = connector.status ?? {};
  const reconcileAt = requestOf(connector, 'reconcileAt', before.lastHandledReconcileAt);
  const after: ConnectorStatus = withoutUndefined({
    ...before,
    observedGeneration: connector.metadata.generation,
    conditions: mergeConditions(
      before.conditions ?? [],
      conditionsOf(world, verdict),
      connector.metadata.generation,
      world.now,
    ),
    ...instanceStatus(world, verdict),
    authorization: authorizationStatus(world, verdict),
    binding: bindingStatus(world),
    credentials: credentialStatus(world, verdict),
    failures: failuresAfter(before.failures, verdict, world.now, fraction),
    lastHandledReconcileAt: reconcileAt ?? before.lastHandledReconcileAt,
    lastHandledReauthorizeAt: handledReauthorizeAt(world),
    removing: undefined,
  });
  return boundedStatus(connectorStatusSchema, after);
}

function conditionsOf(world: ConnectorInput, verdict: StatusUpdate): ConditionDraft[] {
  const stages = STAGES.map((type) => stage(world, verdict, type));
  if (verdict.kind === 'ready') {
    return [{ type: 'Ready', status: 'True', reason: verdict.reason, message: verdict.message }, ...stages];
  }
  const ready: ConditionDraft = {
    type: 'Ready',
    status: 'False',
    reason: verdict.reason,
    message: verdict.message,
  };
  return [ready, ...stages, ...outlook(world, verdict)];
}

function outlook(world: ConnectorInput, { reason, message }: Extract<StatusUpdate, { kind: 'blocked' }>): ConditionDraft[] {
  const isOverdue = reason === 'SecretNotFound' && world.now >= gracePeriodEndsAt(world);
  if (isOverdue) {
    return [{ type: 'Stalled', status: 'True', reason, message }];
  }
  const isDeleting = world.connector.metadata.deletionTimestamp !== undefined;
  return severityOf(reason, message).map((statement) =>
    isDeleting && statement.type === 'Reconciling' ? { ...statement, reason: 'Deleting' } : statement,
  );
}

function stage(world: ConnectorInput, verdict: StatusUpdate, type: Stage): ConditionDraft {
  if (verdict.kind === 'blocked' && verdict.condition === type) {
    return notTrue(type, verdict.reason, verdict.message);
  }
  return (verdict.kind === 'ready' ? fulfilled(type) : established(world, type)) ?? carriedOver(world, type);
}

function fulfilled(type: Stage): ConditionDraft {
  const texts: Record<Stage, { readonly reason: Reason; readonly message: string }> = {
    SecretsResolved: { reason: 'SecretsResolved', message: 'Every Secret and key that is needed is there.' },
    AccountReady: { reason: 'AccountReady', message: "The account's credentials work." },
    Authorized: { reason: 'Authorized', message: 'Infusionsoft accepts the authorization of the instance.' },
    Synced: { reason: 'Synced', message: 'The instance equals the resource.' },
  };
  return { type, status: 'True', ...texts[type] };
}

/** What this pass has found out for itself, although it did not come to its end. */
function established(world: ConnectorInput, type: Stage): ConditionDraft | undefined {
  switch (type) {
    case 'AccountReady':
      return world.violations.length > 0 ? undefined : accountCondition(world);
    case 'SecretsResolved':
      return world.violations.length === 0 &&
        lastingUses(world).every((use) => ['same', 'value'].includes(secretValue(world, use).state))
        ? fulfilled(type)
        : undefined;
    case 'Authorized':
      return world.done.authorized || world.done.ping === 'answered' ? fulfilled(type) : undefined;
    case 'Synced':
      return undefined;
  }
}

function accountCondition({ account }: ConnectorInput): ConditionDraft {
  switch (account.state) {
    case 'ready':
      return fulfilled('AccountReady');
    case 'blocked':
      return notTrue('AccountReady', account.reason, account.message);
    case 'unknown':
      return notTrue('AccountReady', 'Progressing', 'The account has not been verified yet.');
  }
}

/** What an earlier pass found still stands; what was never looked at is Unknown. */
function carriedOver(world: ConnectorInput, type: Stage): ConditionDraft {
  const previous = condition(world, type);
  // That the instance equals the resource was said of an older generation.
  const isOutdated =
    type === 'Synced' && previous?.observedGeneration !== world.connector.metadata.generation;
  return previous === undefined || (isOutdated && previous.status === 'True')
    ? {
        type,
        status: 'Unknown',
        reason: 'Progressing',
        message: 'Not looked at yet: another condition comes first.',
      }
    : { type, status: previous.status, reason: previous.reason as Reason, message: previous.message };
}

function condition(world: ConnectorInput, type: ConditionType): Condition | undefined {
  return world.connector.status?.conditions?.find((candidate) => candidate.type === type);
}

function instanceStatus(world: ConnectorInput, verdict: StatusUpdate): Pick<ConnectorStatus, 'instance' | 'replacing'> {
  const { instance: before, replacing } = world.connector.status ?? {};
  const current = world.violations.length > 0 ? undefined : currentInstance(world, verdict);
  if (current === undefined) {
    return { instance: before, replacing };
  }
  const isSwitch = before !== undefined && before.id !== current.id;
  const isOldThere = isSwitch && world.external.instances.get(before.id) !== 'not-found';
  if (isOldThere && verdict.kind !== 'ready') {
    // The new instance is not in use before applications have it.
    return { instance: before, replacing };
  }
  const old = replacing && world.external.instances.get(replacing.id);
  const isReplaced = old === 'not-found' || (old !== undefined && ownership(world, old) === 'foreign');
  return {
    instance: current,
    replacing: isOldThere
      ? { id: before.id, connector: before.connector ?? 'unknown' }
      : isReplaced
        ? undefined
        : replacing,
  };
}

function currentInstance(
  world: ConnectorInput,
  verdict: StatusUpdate,
): NonNullable<ConnectorStatus['instance']> | undefined {
  const instance = chosenInstance(world)?.instance;
  const { account } = world;
  if (
    instance === undefined ||
    instance === 'not-found' ||
    account.state !== 'ready' ||
    !isOurs(world, instance.id)
  ) {
    return undefined;
  }
  return withoutUndefined({
    id: instance.id,
    name: instance.name,
    connector: instance.connector,
    enabled: enabledStatus(world, verdict, instance),
    createdAt: instance.createdAt,
    account: { uid: account.uid, baseUrl: account.baseUrl, organizationId: account.organizationId },
  });
}

/**
 * What the operator left the instance at. An instance that a reconcile did not come to keeps its record: what a listing
 * shows may be older than what the operator did since.
 */
function enabledStatus(world: ConnectorInput, verdict: StatusUpdate, { id, disabled }: Instance): boolean | undefined {
  const recorded = recordedEnabled(world, id);
  if (disabled === undefined) {
    return recorded;
  }
  const isAsWanted = disabled !== desiredEnabled(world);
  const isEstablished = verdict.kind === 'ready' || recorded === undefined || world.done.enabledSet;
  return isAsWanted && isEstablished ? !disabled : recorded;
}

/** An instance enters status when the resource holds it: written before, or carrying its uid. */
function isOurs(world: ConnectorInput, id: number): boolean {
  const instance = world.external.instances.get(id);
  return (
    world.connector.status?.instance?.id === id ||
    (instance !== undefined && instance !== 'not-found' && (instance.tags ?? []).includes(world.tags.uid))
  );
}

function handledReauthorizeAt(world: ConnectorInput): string | undefined {
  const record = recordOf(world);
  const answered = record !== undefined && isAcceptedHere(world, record) ? record.reauthorizeAt : undefined;
  return answered ?? world.connector.status?.lastHandledReauthorizeAt;
}

/** Whether this process saw the credential of the record being accepted. */
function isAcceptedHere({ memory, done: pass }: ConnectorInput, record: WriteAheadRecord): boolean {
  return pass.authorized || memory.accepted === record.digest;
}

/** Ready proves the latest grant, also where the answer to it was lost in a crash. */
function authorizationStatus(world: ConnectorInput, verdict: StatusUpdate): ConnectorStatus['authorization'] {
  const before = world.connector.status?.authorization;
  const record = recordOf(world);
  const isNew =
    record !== undefined &&
    record.unprocessed === undefined &&
    before?.grant !== record.digest &&
    (isAcceptedHere(world, record) || (verdict.kind === 'ready' && isProven(world, record)));
  const granted = isNew
    ? { authorizedAt: timestamp(world.now), grant: record.digest }
    : { authorizedAt: before?.authorizedAt, grant: before?.grant };
  const authorization = withoutUndefined({ ...pageStatus(world, verdict), ...granted });
  return Object.keys(authorization).length === 0 ? undefined : authorization;
}

/** Whether the instance that is Ready is the outcome of the record's credential. */
function isProven(world: ConnectorInput, record: WriteAheadRecord): boolean {
  const instance = chosenInstance(world)?.instance;
  return (
    !isAccepted(world, record) && instance !== undefined && instance !== 'not-found' && mayBeOf(record, instance)
  );
}

/** The start page is shown for as long as a person is waited for, also while something else is in the way. */
function pageStatus(world: ConnectorInput, verdict: StatusUpdate) {
  if (verdict.kind === 'ready' || world.done.authorized) {
    return undefined;
  }
  if (world.violations.length === 0 && verdict.condition === 'Authorized') {
    return consentPage(world);
  }
  const { startUrl, codeSecretName } = world.connector.status?.authorization ?? {};
  return world.violations.length > 0 || offersPage(world) ? { startUrl, codeSecretName } : undefined;
}

/** After a rename the old name stays on record until its Secret is deleted: a restart finds it by this record alone. */
function bindingStatus(world: ConnectorInput): ConnectorStatus['binding'] {
  if (world.violations.length > 0) {
    return world.connector.status?.binding;
  }
  const name = renamedConnection(world) ?? connectionSecretNameOf(world.connector);
  return isOwnSecret(world, name) ? { name } : undefined;
}

/** Fingerprints of what the instance carries: renewed only when all of it is known to be applied. */
function credentialStatus(world: ConnectorInput, verdict: StatusUpdate): ConnectorStatus['credentials'] {
  const before = world.connector.status?.credentials;
  if (verdict.kind !== 'ready' && !world.done.authorized && !world.done.reconfigured) {
    return before;
  }
  return lastingUses(world).flatMap(({ secretName, key, ...use }) => {
    const found = secretValue(world, { secretName, key, ...use });
    return found.state === 'value'
      ? [{ secretName, key, resourceVersion: found.resourceVersion, fingerprint: found.fingerprint }]
      : (before ?? []).filter((entry) => entry.secretName === secretName && entry.key === key);
  });
}

function withoutUndefined<T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
