import { requestOf } from '../../api/annotations.ts';
import { missingPolicyOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { type Action, blocked, finish, type PendingAuthorization } from '../action.ts';
import { isAuthorized, isRead } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';
import { authorize } from './authorization/authorize.ts';
import { tidyConsent } from './authorization/consent.ts';
import { disabled } from './authorization/disabled.ts';
import { checkGrant } from './authorization/grant-check.ts';
import { nextPingAt } from './authorization/ping-time.ts';
import { requestedGrant } from './authorization/requested-grant.ts';
import { publishConnection } from './connection-secret.ts';
import { decideDeletion } from './deletion.ts';
import { desiredEnabled } from './desired-instance.ts';
import { claim } from './ownership.ts';
import { PRECONDITIONS } from './preconditions.ts';
import { readInstance } from './read-instance.ts';
import { awaitSwitch, keepConnection, releaseOthers, switchBack } from './replacement.ts';
import { synchronize } from './synchronize.ts';

/**
 * The next action for a resource. Pure: the same input always gives the same action. `act` carries it out and returns
 * the input that follows; only `finish` ends the reconcile.
 */
export function decide(input: ConnectorInput): Action {
  if (input.connector.metadata.deletionTimestamp !== undefined) {
    return decideDeletion(input);
  }
  return precondition(input) ?? decideInstance(input);
}

function precondition(input: ConnectorInput): Action | undefined {
  for (const rule of PRECONDITIONS) {
    const action = rule(input);
    if (action !== undefined) {
      return action;
    }
  }
  return undefined;
}

function decideInstance(input: ConnectorInput): Action {
  return switchBack(input) ?? keepConnection(input) ?? decideChosen(input);
}

function decideChosen(input: ConnectorInput): Action {
  const { chosen } = input.instances;
  if (chosen === undefined) {
    const old = input.connector.status?.instance;
    const unwritten = old === undefined ? recordUnwritten(input) : undefined;
    if (unwritten !== undefined) {
      return unwritten;
    }
    return authorize(input, { why: 'create', insteadOf: old && { id: old.id, because: 'replaced' } });
  }
  const { instance } = chosen;
  if (instance === 'not-found') {
    return missing(input, chosen.id);
  }
  if (instance === undefined || instance.tags === undefined || isReconcileRequested(input, chosen.id)) {
    return readInstance(input, chosen.id);
  }
  return claim(input, instance) ?? checkGrant(input, instance) ?? decideAuthorized(input, instance);
}

/**
 * The instance of a create whose status write failed because spec.connector was changed. Status gets it first, so that it
 * is replaced as any instance in use.
 */
function recordUnwritten(input: ConnectorInput): Action | undefined {
  const [instance] = input.instances.created;
  if (instance === undefined) {
    return undefined;
  }
  return isRead(input.log, instance.id)
    ? { type: 'record-instance', instance }
    : { type: 'read-instance', id: instance.id };
}

/** The actions for an instance whose grant works. The Secrets of a consent stay while a new one is requested. */
function decideAuthorized(input: ConnectorInput, instance: Instance): Action {
  const requested = requestedGrant(input, instance);
  if (requested.kind === 'action') {
    return requested.action;
  }
  const pending = requested.kind === 'pending' ? requested.pending : undefined;
  return (
    (pending === undefined ? tidyConsent(input) : undefined) ??
    synchronize(input, instance) ??
    (input.instances.inUse === undefined
      ? (publishConnection(input, instance) ?? releaseOthers(input) ?? settled(input, instance.id, pending))
      : awaitSwitch(input, instance, input.instances.inUse))
  );
}

/** `reconcile-at` asks for a read by id, because the inventory may be minutes old. */
function isReconcileRequested(input: ConnectorInput, id: number): boolean {
  const { connector, log } = input;
  const asked = requestOf(connector, 'reconcileAt', connector.status?.lastHandledReconcileAt) !== undefined;
  return asked && !isAuthorized(log) && !isRead(log, id);
}

function missing(input: ConnectorInput, id: number): Action {
  if (input.connector.spec.instance?.importId === id || missingPolicyOf(input.connector.spec) === 'Report') {
    return blocked(
      'Synced',
      'InstanceMissing',
      input.connector.spec.instance?.importId === id
        ? `Instance ${id} (spec.instance.importId) not found in Open Connectors. Create the resource again with another importId or none.`
        : `Instance ${id} not found in Open Connectors. Set spec.missingPolicy to "Recreate" to create a new one.`,
    );
  }
  return authorize(input, { why: 'create', insteadOf: { id, because: 'not-found' } });
}

function settled(input: ConnectorInput, id: number, pending: PendingAuthorization | undefined): Action {
  const again = Math.min(nextPingAt(input), pending?.again ?? Number.POSITIVE_INFINITY);
  return desiredEnabled(input)
    ? finish({
        kind: 'ready',
        again,
        pending,
        reason: 'Succeeded',
        message: `Instance ${id} is authorized and up to date.`,
      })
    : finish({ kind: 'ready', pending, ...disabled(input, id, again) });
}
