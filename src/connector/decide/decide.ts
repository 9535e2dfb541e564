import { requestOf } from '../../api/annotations.ts';
import { missingPolicyOf } from '../../api/defaults.ts';
import { blocked, finish, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { chosenInstance } from '../observe/instances.ts';
import { authorize } from './authorize.ts';
import { publishConnection } from './connection-secret.ts';
import { tidyConsent } from './consent.ts';
import { decideDeletion } from './deletion.ts';
import { desiredEnabled } from './desired-instance.ts';
import { checkGrant, nextPingAt } from './grant-check.ts';
import { claim } from './ownership.ts';
import { PRECONDITIONS } from './preconditions.ts';
import { readInstance } from './read-instance.ts';
import { replace } from './replacement.ts';
import { synchronize } from './synchronize.ts';

/**
 * The next step for a resource. Pure: everything that matters is in the world, and the same world always gives the same
 * step. `act` carries the step out and says what it learned in a new world; only `finish` ends the pass.
 */
export function decide(world: ConnectorInput): Action {
  if (world.connector.metadata.deletionTimestamp !== undefined) {
    return decideDeletion(world);
  }
  return precondition(world) ?? decideInstance(world);
}

function precondition(world: ConnectorInput): Action | undefined {
  for (const rule of PRECONDITIONS) {
    const step = rule(world);
    if (step !== undefined) {
      return step;
    }
  }
  return undefined;
}

function decideInstance(world: ConnectorInput): Action {
  const chosen = chosenInstance(world);
  if (chosen === undefined) {
    const old = world.connector.status?.instance;
    return authorize(world, { why: 'create', insteadOf: old && { id: old.id, because: 'replaced' } });
  }
  const { instance } = chosen;
  if (instance === 'not-found') {
    return missing(world, chosen.id);
  }
  if (instance === undefined || instance.tags === undefined || isReconcileRequested(world, chosen.id)) {
    return readInstance(world, chosen.id);
  }
  return (
    claim(world, instance) ??
    checkGrant(world, instance) ??
    tidyConsent(world) ??
    synchronize(world, instance) ??
    publishConnection(world, instance) ??
    replace(world, instance) ??
    settled(world)
  );
}

/** `reconcile-at` means: look for yourself, do not believe the inventory. */
function isReconcileRequested(world: ConnectorInput, id: number): boolean {
  const { connector, done: pass } = world;
  const asked = requestOf(connector, 'reconcileAt', connector.status?.lastHandledReconcileAt) !== undefined;
  return asked && !pass.authorized && !pass.read.includes(id);
}

function missing(world: ConnectorInput, id: number): Action {
  if (world.connector.spec.instance?.importId === id || missingPolicyOf(world.connector.spec) === 'Report') {
    return blocked(
      'Synced',
      'InstanceMissing',
      `Instance ${id} does not exist in Open Connectors any more. ${
        world.connector.spec.instance?.importId === id
          ? 'It was named by spec.instance.importId, so the operator does not replace it: restore it, or create a resource without importId.'
          : 'It is not replaced, because spec.missingPolicy is "Report"; set it to "Recreate" to have a new one made.'
      }`,
    );
  }
  return authorize(world, { why: 'create', insteadOf: { id, because: 'not-found' } });
}

function settled(world: ConnectorInput): Action {
  const again = nextPingAt(world);
  return desiredEnabled(world)
    ? finish({
        kind: 'ready',
        again,
        reason: 'Succeeded',
        message: 'The instance is authorized and equals the resource.',
      })
    : finish({
        kind: 'ready',
        again,
        reason: 'Disabled',
        message: 'The instance equals the resource; it is disabled, as spec.instance.enabled says.',
      });
}
