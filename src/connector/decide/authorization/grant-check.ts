import { conditionOf } from '../../../api/condition.ts';
import type { Instance } from '../../../openconnectors/port.ts';
import { type Action, blocked } from '../../action.ts';
import {
  isAuthorized,
  isEnabledSet,
  isGrantDisputed,
  isRead,
  isReadSincePing,
  isReconfigured,
  pingAnswer,
} from '../../action-log.ts';
import type { ConnectorInput } from '../../input.ts';
import { doubtedAt } from '../../observe/record-outcome.ts';
import { desiredEnabled, recordedEnabled } from '../desired-instance.ts';
import { readInstance } from '../read-instance.ts';
import { isLastingFailure } from '../remote-failure.ts';
import { authorize, clientChanged } from './authorize.ts';
import type { Failure } from './evidence.ts';
import { judgeFailure } from './judge-failure.ts';
import { lastPingDueAt } from './ping-time.ts';

/** Whether the grant works; where it does not, the way to a new one. */
export function checkGrant(input: ConnectorInput, instance: Instance): Action | undefined {
  if (pingAnswer(input.log) === 'forbidden' && !isReadSincePing(input.log, instance.id)) {
    // The platform may have disabled it since the inventory was taken.
    return { type: 'read-instance', id: instance.id };
  }
  const failure = failureOf(input);
  if (failure !== undefined) {
    return judgeFailure(input, instance, failure);
  }
  if (instance.disabled === true && disabledByPlatform(input, instance)) {
    // A listing may show what the instance was before the operator enabled it.
    return isRead(input.log, instance.id)
      ? (settleReauthorization(input, instance) ?? judgeFailure(input, instance, 'disabled'))
      : { type: 'read-instance', id: instance.id };
  }
  if (pingAnswer(input.log) === 'forbidden' && instance.disabled !== true) {
    return blocked(
      'Ready',
      'InstanceNotAnswering',
      `Open Connectors refused the test call through instance ${instance.id} (403). Grant the user of the account access to the instance.`,
      { kind: 'backoff' },
    );
  }
  if (pingIsDue(input, instance)) {
    return instance.token === undefined
      ? readInstance(input, instance.id)
      : { type: 'ping', id: instance.id, token: instance.token };
  }
  return clientChanged(input) ? authorize(input, { why: 'client-changed', instance }) : undefined;
}

/** How the call through the instance failed; `undefined`: it did not, or its failure has another cause. */
function failureOf(input: ConnectorInput): Failure | undefined {
  const answer = pingAnswer(input.log);
  switch (answer) {
    case 'refused':
    case 'client-refused':
    case 'unexplained':
    case 'outage':
      return answer;
    default:
      return isLastingFailure(input) ? 'outage' : undefined;
  }
}

/** After an ambiguous re-authorization a read and a ping decide before consent is requested again. */
function settleReauthorization(input: ConnectorInput, instance: Instance): Action | undefined {
  const { record } = input;
  return record !== undefined && doubtedAt(input, record) !== undefined
    ? { type: 'enable', id: instance.id, enabled: true }
    : undefined;
}

/** The operator left the instance enabled and it is disabled: enabling it in a loop would not make its grant work. */
function disabledByPlatform(input: ConnectorInput, instance: Instance): boolean {
  if (!desiredEnabled(input) || isAuthorized(input.log)) {
    return false;
  }
  return isEnabledSet(input.log)
    ? pingAnswer(input.log) === 'forbidden'
    : recordedEnabled(input, instance.id) === true;
}

/** Until the instance has answered once it is not called Ready, and an unproven one is asked again. */
function pingIsDue(input: ConnectorInput, instance: Instance): boolean {
  if (pingAnswer(input.log) !== undefined || instance.disabled === true) {
    return false;
  }
  const authorized = conditionOf(input.connector, 'Authorized');
  return (
    isAuthorized(input.log) ||
    isReconfigured(input.log) ||
    isGrantDisputed(input.log) ||
    isEnabledSet(input.log) ||
    authorized?.status !== 'True' ||
    !isProven(input, instance) ||
    input.memory.pingedAt < lastPingDueAt(input, input.now) ||
    clientChanged(input)
  );
}

/** Whether what status says of the grant is about this instance: before a switch it may be about the one in use. */
function isProven({ connector: { status } }: ConnectorInput, { id }: Instance): boolean {
  const ready = conditionOf({ status }, 'Ready');
  return status?.instance?.id === id || (status?.next?.id === id && ready?.reason === 'SwitchPending');
}
