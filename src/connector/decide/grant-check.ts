import type { Instance } from '../../openconnectors/port.ts';
import { phaseOf } from '../../reconciler/jitter-offset.ts';
import { blocked, type Step } from '../action.ts';
import type { World } from '../input.ts';
import { recordOf } from '../observe/record-outcome.ts';
import { authorize, clientChanged, reauthorizationRequested } from './authorize.ts';
import { desiredEnabled, recordedEnabled } from './desired-instance.ts';
import { look } from './read-instance.ts';

/** Whether the grant works; where it does not, the way to a new one. */
export function checkGrant(world: World, instance: Instance): Step | undefined {
  if (world.pass.ping === 'forbidden' && !world.pass.read.includes(instance.id)) {
    // The platform may have disabled it since the inventory was taken.
    return { do: 'read-instance', id: instance.id };
  }
  if (world.pass.ping === 'refused') {
    return world.pass.accountProven
      ? authorize(world, { why: 'revoked', instance })
      : { do: 'prove-account', id: instance.id };
  }
  if (instance.disabled === true && disabledByPlatform(world, instance)) {
    // A listing may show what the instance was before the operator enabled it.
    return world.pass.read.includes(instance.id)
      ? (settleReauthorization(world, instance) ?? authorize(world, { why: 'revoked', instance }))
      : { do: 'read-instance', id: instance.id };
  }
  if (world.pass.ping === 'forbidden' && instance.disabled !== true) {
    return blocked(
      'Ready',
      'InstanceNotAnswering',
      `Open Connectors forbids a call through instance ${instance.id}, although it is enabled. Check that the account's user may use the instance; the operator tries again.`,
      { kind: 'backoff' },
    );
  }
  if (pingIsDue(world, instance)) {
    return instance.token === undefined
      ? look(world, instance.id)
      : { do: 'ping', id: instance.id, token: instance.token };
  }
  if (clientChanged(world)) {
    return authorize(world, { why: 'client-changed', instance });
  }
  return reauthorizationRequested(world) ? authorize(world, { why: 'requested', instance }) : undefined;
}

/** After an answer that was lost a read and a call through the instance decide, before a person is asked again. */
function settleReauthorization(world: World, instance: Instance): Step | undefined {
  const { ambiguous } = world.memory;
  return ambiguous !== undefined && ambiguous.digest === recordOf(world)?.digest
    ? { do: 'enable', id: instance.id, enabled: true }
    : undefined;
}

/** We wanted it enabled and left it so: whoever disabled it, enabling it in a loop would not make its grant work. */
function disabledByPlatform(world: World, instance: Instance): boolean {
  if (!desiredEnabled(world) || world.pass.authorized) {
    return false;
  }
  return world.pass.enabledSet
    ? world.pass.ping === 'forbidden'
    : recordedEnabled(world, instance.id) === true;
}

/** Until the instance has answered once it is not called Ready, and an unproven one is asked again. */
function pingIsDue(world: World, instance: Instance): boolean {
  if (world.pass.ping !== undefined || instance.disabled === true) {
    return false;
  }
  const authorized = world.connector.status?.conditions?.find((condition) => condition.type === 'Authorized');
  return (
    world.pass.authorized ||
    world.pass.reconfigured ||
    world.pass.enabledSet ||
    authorized?.status !== 'True' ||
    world.memory.pingedAt < lastBeat(world, world.now) ||
    clientChanged(world)
  );
}

/**
 * The latest moment at or before `time` at which this resource's regular ping is due. Each resource has a phase of its
 * own within the interval, made of its uid, so that the pings of many spread by themselves, also after a restart.
 */
function lastBeat(world: World, time: number): number {
  const { pingIntervalMs } = world.settings;
  const phase = phaseOf(world.connector.metadata.uid) * pingIntervalMs;
  return Math.floor((time - phase) / pingIntervalMs) * pingIntervalMs + phase;
}

/** When the next regular ping is due (wall clock). */
export function nextPingAt(world: World): number {
  return lastBeat(world, world.now) + world.settings.pingIntervalMs;
}
