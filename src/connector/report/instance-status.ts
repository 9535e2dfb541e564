import { requestOf } from '../../api/annotations.ts';
import type { ConnectorStatus } from '../../api/connector.ts';
import { elementKeyOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { timestamp } from '../../reconciler/conditions.ts';
import type { Act, Result } from '../action.ts';
import { isEnabledSet } from '../action-log.ts';
import { desiredEnabled, recordedEnabled } from '../decide/desired-instance.ts';
import type { ConnectorInput } from '../input.ts';
import { recordedElementOf } from '../observe/held-instances.ts';
import { isHeld, knownInstance } from '../observe/instances.ts';

type InstanceStatus = NonNullable<ConnectorStatus['instance']>;

/** The fields of status about instances. */
export type InstanceFields = Pick<ConnectorStatus, 'instance' | 'next' | 'replacing' | 'importId'>;

/** The instances in status after a reconcile. Only a switch puts another one in the place of one that exists. */
export function instanceFieldsOf(
  input: ConnectorInput,
  result: Extract<Result, { kind: 'ready' | 'blocked' | 'observed' }>,
): InstanceFields {
  const { instance: before, next, replacing } = input.connector.status ?? {};
  const importId = importIdOf(input);
  if (input.violations.length > 0) {
    return { instance: before, next, replacing, importId };
  }
  const current = currentInstance(input, result);
  const fields = {
    next: keptUnless(input, next, current?.id),
    replacing: keptUnless(input, replacing, current?.id),
    importId,
  };
  if (input.instances.inUse === undefined) {
    return { ...fields, instance: current ?? before };
  }
  return { ...fields, instance: before, next: current === undefined ? fields.next : nextOf(input, current) };
}

/** The `importId` that was adopted: status may name another instance since. */
export function importIdOf({ connector: { spec, status } }: ConnectorInput): number | undefined {
  const importId = spec.instance?.importId;
  return status?.importId ?? (importId === status?.instance?.id ? importId : undefined);
}

/** Status with an instance that it did not have yet. The account must be ready. */
export function statusWithInstance(input: ConnectorInput, instance: Instance): ConnectorStatus {
  const enabled = instance.disabled === undefined ? undefined : !instance.disabled;
  return { ...input.connector.status, instance: instanceStatusOf(input, instance, enabled) };
}

/** Status when `to` is in use from now on. The account must be ready. */
export function statusAfterSwitch(
  input: ConnectorInput,
  { to, from }: Pick<Extract<Act, { type: 'record-switch' }>, 'to' | 'from'>,
): ConnectorStatus {
  const { connector } = input;
  const before: ConnectorStatus = connector.status ?? {};
  const { id, connector: element, as } = from;
  return {
    ...before,
    instance: instanceStatusOf(input, to, to.disabled === undefined ? undefined : !to.disabled),
    ...(as.kind === 'retained'
      ? { next: undefined, replacing: { id, connector: element, until: timestamp(as.until) } }
      : { next: { id, connector: element, switchedBack: true }, replacing: undefined }),
    importId: importIdOf(input),
    lastHandledSwitchAt:
      requestOf(connector, 'switch', before.lastHandledSwitchAt) ?? before.lastHandledSwitchAt,
  };
}

/** One instance as status shows it. The account must be ready. */
export function instanceStatusOf(
  { account, connector, now }: ConnectorInput,
  instance: Instance,
  enabled: boolean | undefined,
): InstanceStatus {
  if (account.state !== 'ready') {
    throw new Error('an instance enters status without an account');
  }
  return {
    id: instance.id,
    ...(instance.name !== undefined && { name: instance.name }),
    connector: instance.element ?? recordedElementOf(connector, instance.id) ?? elementKeyOf(connector.spec),
    ...(enabled !== undefined && { enabled }),
    ...(enabled === false && { disabledAt: disabledAt(connector.status?.instance, instance.id, now) }),
    ...(instance.createdAt !== undefined && { createdAt: instance.createdAt }),
    account: { uid: account.uid, baseUrl: account.baseUrl, organizationId: account.organizationId },
  };
}

/** When the instance was disabled, by the record of an earlier reconcile where there is one. */
function disabledAt(before: InstanceStatus | undefined, id: number, now: number): string {
  return (before?.id === id ? before.disabledAt : undefined) ?? timestamp(now);
}

/** An instance beside the one in use leaves status when it is used itself, and when it is released. */
function keptUnless<Held extends { readonly id: number }>(
  input: ConnectorInput,
  held: Held | undefined,
  used: number | undefined,
): Held | undefined {
  return held !== undefined && held.id !== used && isHeld(input, held.id) ? held : undefined;
}

function nextOf(
  { connector }: ConnectorInput,
  { id, connector: element = elementKeyOf(connector.spec) }: InstanceStatus,
): ConnectorStatus['next'] {
  const before = connector.status?.next;
  const isSwitchedBack = before?.id === id && before.switchedBack === true;
  return { id, connector: element, ...(isSwitchedBack && { switchedBack: true }) };
}

function currentInstance(
  input: ConnectorInput,
  result: Extract<Result, { kind: 'ready' | 'blocked' | 'observed' }>,
): InstanceStatus | undefined {
  const instance = input.instances.chosen?.instance;
  return instance === undefined ||
    instance === 'not-found' ||
    input.account.state !== 'ready' ||
    !isOurs(input, instance.id)
    ? undefined
    : instanceStatusOf(input, instance, enabledStatus(input, result, instance));
}

/**
 * What the operator left the instance at. An instance that a reconcile did not come to keeps its record: what a listing
 * shows may be older than what the operator did since.
 */
function enabledStatus(
  input: ConnectorInput,
  result: Extract<Result, { kind: 'ready' | 'blocked' | 'observed' }>,
  { id, disabled }: Instance,
): boolean | undefined {
  const recorded = recordedEnabled(input, id);
  if (disabled === undefined) {
    return recorded;
  }
  const isAsWanted = disabled !== desiredEnabled(input);
  const isEstablished = result.kind === 'ready' || recorded === undefined || isEnabledSet(input.log);
  return isAsWanted && isEstablished ? !disabled : recorded;
}

/** An instance enters status when the resource holds it: written before, or carrying its uid. */
function isOurs(input: ConnectorInput, id: number): boolean {
  const instance = knownInstance(input, id);
  return (
    input.connector.status?.instance?.id === id ||
    (instance !== undefined && instance !== 'not-found' && (instance.tags ?? []).includes(input.tags.uid))
  );
}
