import { requestOf } from '../../api/annotations.ts';
import { connectionSecretNameOf, elementKeyOf, releasePolicyOf, retentionMsOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { withoutOwnerTags } from '../../ownership/owner-tags.ts';
import { type Action, finish } from '../action.ts';
import { deletedInstances, isRead, isRemovalRecorded } from '../action-log.ts';
import type { ChosenInstance, ConnectorInput } from '../input.ts';
import { recordedElementOf, waitsForAnnotation } from '../observe/held-instances.ts';
import { isHeld, knownInstance, ownership } from '../observe/instances.ts';
import { nextPingAt } from './authorization/ping-time.ts';
import { publishConnection, publishNextConnection } from './connection-secret.ts';
import { removeWhileAlive } from './ownership.ts';
import { readInstance, stillShown } from './read-instance.ts';

// The end of a change of `spec.connector`. Status names the instance in use before the connection Secret moves, and the
// Secret is compared with it before another instance is released: a crash at any point leaves a connection that works.

/** Keeps the connection Secret on the instance in use while another one comes. That instance itself is left alone. */
export function keepConnection(input: ConnectorInput): Action | undefined {
  const { inUse } = input.instances;
  const instance = inUse?.instance;
  if (inUse === undefined || instance === 'not-found') {
    return undefined;
  }
  if (instance !== undefined && ownership(input, instance) === 'foreign') {
    return undefined;
  }
  if (instance?.token === undefined) {
    return isRead(input.log, inUse.id) ? undefined : { type: 'read-instance', id: inUse.id };
  }
  return publishConnection(input, instance);
}

/** The new instance works: publishes its connection, and moves the connection Secret to it when that is due. */
export function awaitSwitch(input: ConnectorInput, instance: Instance, inUse: ChosenInstance): Action {
  const { connector, now } = input;
  if (!waitsForAnnotation(connector) || switchRequested(input)) {
    const until = now + retentionMsOf(connector.spec);
    const from = { ...identityOf(input, inUse.id), as: { kind: 'retained', until } } as const;
    return { type: 'record-switch', to: instance, from };
  }
  return publishNextConnection(input, instance) ?? switchPending(input, instance, inUse);
}

function switchPending(input: ConnectorInput, { id }: Instance, inUse: ChosenInstance): Action {
  return finish({
    kind: 'ready',
    again: nextPingAt(input),
    reason: 'SwitchPending',
    message: `Instance ${id} is authorized; Secret "${connectionSecretNameOf(input.connector)}" still has instance ${inUse.id}. To switch, set the annotation openconnectors.dev/switch to a new value.`,
  });
}

/**
 * Moves the connection Secret back to the instance before the switch, within its retention. Whether the instance in use
 * works is not asked: that it does not may be the reason to switch back.
 */
export function switchBack(input: ConnectorInput): Action | undefined {
  const { status } = input.connector;
  const { chosen } = input.instances;
  const { instance: current, replacing } = status ?? {};
  if (
    replacing === undefined ||
    current === undefined ||
    chosen?.id !== current.id ||
    !switchRequested(input) ||
    input.now >= retainedUntil(replacing)
  ) {
    return undefined;
  }
  if (!isRead(input.log, replacing.id)) {
    return { type: 'read-instance', id: replacing.id };
  }
  const old = knownInstance(input, replacing.id);
  const isUsable =
    old !== undefined &&
    old !== 'not-found' &&
    old.token !== undefined &&
    ownership(input, old) === 'this-resource';
  return isUsable
    ? { type: 'record-switch', to: old, from: { ...identityOf(input, current.id), as: { kind: 'next' } } }
    : undefined;
}

/** Releases the instances that the resource does not use any more, once the connection Secret has the one in use. */
export function releaseOthers(input: ConnectorInput): Action | undefined {
  const { next, replacing } = input.connector.status ?? {};
  const isOver = replacing !== undefined && input.now >= retainedUntil(replacing);
  return (next && release(input, next.id)) ?? (isOver ? release(input, replacing.id) : undefined);
}

/** The end of a retention (wall clock). One of an earlier version has none, and ended with the switch. */
export function retainedUntil({ until }: { readonly until?: string | undefined }): number {
  return until === undefined ? Number.NEGATIVE_INFINITY : Date.parse(until);
}

function release(input: ConnectorInput, id: number): Action | undefined {
  const known = knownInstance(input, id);
  const isUsed = [input.instances.chosen?.id, input.connector.status?.instance?.id].includes(id);
  if (isUsed || !isHeld(input, id) || known === 'not-found') {
    return undefined;
  }
  if (known?.tags === undefined) {
    return readInstance(input, id);
  }
  if (releasePolicyOf(input.connector.spec, id) === 'Delete') {
    return deletedInstances(input.log).includes(id)
      ? stillShown(id)
      : removeWhileAlive(input, id, 'Replaced');
  }
  return isRemovalRecorded(input.log, id)
    ? { type: 'release-tags', id, tags: withoutOwnerTags(known.tags), onFailure: 'retry' }
    : { type: 'record-removal', id };
}

function switchRequested({ connector }: ConnectorInput): boolean {
  return requestOf(connector, 'switch', connector.status?.lastHandledSwitchAt) !== undefined;
}

function identityOf({ connector }: ConnectorInput, id: number) {
  return { id, connector: recordedElementOf(connector, id) ?? elementKeyOf(connector.spec) };
}
