import type { Instance } from '../../openconnectors/port.ts';
import { jitterOffsetOf } from '../../reconciler/jitter-offset.ts';
import { blocked, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { recordOf } from '../observe/record-outcome.ts';
import { authorize, clientChanged, reauthorizationRequested } from './authorize.ts';
import { desiredEnabled, recordedEnabled } from './desired-instance.ts';
import { readInstance } from './read-instance.ts';

/** Whether the grant works; where it does not, the way to a new one. */
export function checkGrant(world: ConnectorInput, instance: Instance): Action | undefined {
  if (world.done.ping === 'forbidden' && !world.done.read.includes(instance.id)) {
    // The platform may have disabled it since the inventory was taken.
    return { type: 'read-instance', id: instance.id };
  }
  if (world.done.ping === 'refused') {
    return world.done.accountProven
      ? authorize(world, { why: 'revoked', instance })
      : { type: 'verify-account', id: instance.id };
  }
  if (instance.disabled === true && disabledByPlatform(world, instance)) {
    // A listing may show what the instance was before the operator enabled it.
    return world.done.read.includes(instance.id)
      ? (settleReauthorization(world, instance) ?? authorize(world, { why: 'revoked', instance }))
      : { type: 'read-instance', id: instance.id };
  }
  if (world.done.ping === 'forbidden' && instance.disabled !== true) {
    return blocked(
      'Ready',
      'InstanceNotAnswering',
      `Open Connectors forbids a call through instance ${instance.id}, although it is enabled. Check that the account's user may use the instance; the operator tries again.`,
      { kind: 'backoff' },
    );
  }
  if (pingIsDue(world, instance)) {
    return instance.token === undefined
      ? readInstance(world, instance.id)
      : { type: 'ping', id: instance.id, token: instance.token };
  }
  if (clientChanged(world)) {
    return authorize(world, { why: 'client-changed', instance });
  }
  return reauthorizationRequested(world) ? authorize(world, { why: 'requested', instance }) : undefined;
}

/** After an answer that was lost a read and a call through the instance decide, before a person is asked again. */
function settleReauthorization(world: ConnectorInput, instance: Instance): Action | undefined {
  const { ambiguous } = world.memory;
  return ambiguous !== undefined && ambiguous.digest === recordOf(world)?.digest
    ? { type: 'enable', id: instance.id, enabled: true }
    : undefined;
}

/** We wanted it enabled and left it so: whoever disabled it, enabling it in a loop would not make its grant work. */
function disabledByPlatform(world: ConnectorInput, instance: Instance): boolean {
  if (!desiredEnabled(world) || world.done.authorized) {
    return false;
  }
  return world.done.enabledSet
    ? world.done.ping === 'forbidden'
    : recordedEnabled(world, instance.id) === true;
}

/** Until the instance has answered once it is not called Ready, and an unproven one is asked again. */
function pingIsDue(world: ConnectorInput, instance: Instance): boolean {
  if (world.done.ping !== undefined || instance.disabled === true) {
    return false;
  }
  const authorized = world.connector.status?.conditions?.find((condition) => condition.type === 'Authorized');
  return (
    world.done.authorized ||
    world.done.reconfigured ||
    world.done.enabledSet ||
    authorized?.status !== 'True' ||
    world.memory.pingedAt < lastPingDueAt(world, world.now) ||
    clientChanged(world)
  );
}

/**
 * The latest moment at or before `time` at which this resource's regular ping is due. Each resource has a phase of its
 * own within the interval, made of its uid, so that the pings of many spread by themselves, also after a restart.
 */
function lastPingDueAt(world: ConnectorInput, time: number): number {
  const { pingIntervalMs } = world.settings;
  const phase = jitterOffsetOf(world.connector.metadata.uid) * pingIntervalMs;
  return Math.floor((time - phase) / pingIntervalMs) * pingIntervalMs + phase;
}

/** When the next regular ping is due (wall clock). */
export function nextPingAt(world: ConnectorInput): number {
  return lastPingDueAt(world, world.now) + world.settings.pingIntervalMs;
}
