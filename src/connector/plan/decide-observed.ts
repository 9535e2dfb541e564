import { conditionOf } from '../../api/condition.ts';
import { consentOf, type Reason } from '../../api/reasons.ts';
import type { Instance } from '../../openconnectors/port.ts';
import type { Act, Action, Result } from '../action.ts';
import { pingAnswer } from '../action-log.ts';
import { checkGrant } from '../decide/authorization/grant-check.ts';
import { nextPingAt } from '../decide/authorization/ping-time.ts';
import { publishConnection } from '../decide/connection-secret.ts';
import { decide } from '../decide/decide.ts';
import { desiredEnabled } from '../decide/desired-instance.ts';
import { claim } from '../decide/ownership.ts';
import type { ConnectorInput } from '../input.ts';
import type { Fingerprint } from '../observe/secret-inputs.ts';
import { isReadAction, type ReadAction } from './effects.ts';
import { isPlannable, type Plan, plan } from './plan.ts';

/** The writes that a resource may ask for although it is only observed: the connection Secret that its spec names. */
type ConnectionAction = Extract<Act, { type: 'write-connection-secret' | 'delete-connection-secret' }>;

/** The next action for a resource that is only observed. */
export type ObservedAction = ReadAction | ConnectionAction | Extract<Action, { type: 'finish' }>;

type Planned = Extract<Plan, { kind: 'planned' }>;
type Unmet = Extract<Result, { kind: 'observed' }>['unmet'][number];

/** Results that say nothing about the instance. */
const PASSED_ON: ReadonlySet<Result['kind']> = new Set(['suspended', 'not-due', 'cache-not-synced']);

const MANAGE = 'To make the changes, set spec.managementPolicy to "Manage".';

/**
 * The next action for a resource with `managementPolicy: Observe`: a read, or the result with the plan. Pure, as
 * `decide` is.
 */
export function decideObserved(input: ConnectorInput, fingerprint: Fingerprint): ObservedAction {
  const { metadata, status } = input.connector;
  if (metadata.deletionTimestamp !== undefined) {
    return { type: 'finish', result: { kind: 'released', left: status?.instance?.id } };
  }
  const now = decide(input);
  if (now.type === 'finish' && PASSED_ON.has(now.result.kind)) {
    return now;
  }
  const planned = plan(input, fingerprint);
  switch (planned.kind) {
    case 'read':
      return planned.action;
    case 'none':
      return { type: 'finish', result: planned.result };
    case 'planned':
      return existingInstance(input) ?? conclude(input, planned);
  }
}

function instanceOf({ instances: { chosen } }: ConnectorInput): Instance | undefined {
  const instance = chosen?.instance;
  return instance === 'not-found' ? undefined : instance;
}

/** What is still to read of the existing instance, and to write for its applications. */
function existingInstance(input: ConnectorInput): ObservedAction | undefined {
  const instance = instanceOf(input);
  if (instance === undefined) {
    return undefined;
  }
  const checked = checkGrant(input, instance);
  if (checked !== undefined && checked.type !== 'finish' && isReadAction(checked)) {
    return checked;
  }
  if (checked?.type === 'finish' && !isPlannable(checked.result)) {
    return checked;
  }
  return works(input, instance) ? publish(input, instance) : undefined;
}

/** Whether the instance is enabled and its grant works. */
function works(input: ConnectorInput, instance: Instance): boolean {
  const answer = pingAnswer(input.log);
  const authorized = conditionOf(input.connector, 'Authorized');
  const isAnswered = answer === 'answered' || answer === 'unsupported';
  return (
    instance.disabled !== true && (isAnswered || (answer === undefined && authorized?.status === 'True'))
  );
}

/** The connection Secret, where the spec names it and the instance would be the resource's own. */
function publish(input: ConnectorInput, instance: Instance): ObservedAction | undefined {
  if (input.connector.spec.connectionSecretRef === undefined) {
    return undefined;
  }
  const claimed = claim(input, instance);
  if (claimed !== undefined && (claimed.type === 'finish' || isReadAction(claimed))) {
    return claimed.type === 'finish' ? undefined : claimed;
  }
  const action = publishConnection(input, instance);
  switch (action?.type) {
    case 'finish':
    case 'read-secret':
    case 'read-instance':
    case 'write-connection-secret':
    case 'delete-connection-secret':
      return action;
    default:
      return undefined;
  }
}

function conclude(input: ConnectorInput, { changes, unmet }: Planned): ObservedAction {
  const instance = instanceOf(input);
  const isWorking = instance !== undefined && works(input, instance);
  const rejected = instance === undefined || isWorking ? undefined : rejection(input, instance);
  return {
    type: 'finish',
    result: {
      kind: 'observed',
      ...readiness(input, instance, isWorking, rejected),
      plan: changes,
      works: isWorking,
      unmet: [...(unmet?.condition === 'SecretsResolved' ? [unmet] : []), ...(rejected ? [rejected] : [])],
      again: nextPingAt(input),
    },
  };
}

/** Why the grant of an existing instance does not work; `undefined` where it is not the grant. */
function rejection(input: ConnectorInput, instance: Instance): Unmet | undefined {
  const checked = checkGrant(input, instance);
  if (checked === undefined) {
    return undefined;
  }
  const result = checked.type === 'finish' ? checked.result : undefined;
  if (
    result?.kind === 'blocked' &&
    result.condition === 'Authorized' &&
    consentOf(result.reason) !== 'required'
  ) {
    return result;
  }
  return {
    condition: 'Authorized',
    reason: 'AuthorizationRevoked',
    message: `Infusionsoft rejected the authorization of instance ${instance.id}. To authorize it again, set spec.managementPolicy to "Manage".`,
  };
}

function readiness(
  input: ConnectorInput,
  instance: Instance | undefined,
  isWorking: boolean,
  rejected: Unmet | undefined,
): { readonly reason: Reason; readonly message: string } {
  if (instance === undefined) {
    return {
      reason: 'ChangesPlanned',
      message: `No instance exists. Review status.plan. ${MANAGE}`,
    };
  }
  if (isWorking) {
    return {
      reason: 'Succeeded',
      message: `Instance ${instance.id} is authorized. The operator only observes it (spec.managementPolicy).`,
    };
  }
  if (rejected !== undefined) {
    return rejected;
  }
  return desiredEnabled(input)
    ? {
        reason: 'ChangesPlanned',
        message: `Instance ${instance.id} is disabled. Review status.plan. ${MANAGE}`,
      }
    : {
        reason: 'Disabled',
        message: `Instance ${instance.id} is disabled (spec.instance.enabled). The operator only observes it (spec.managementPolicy).`,
      };
}
