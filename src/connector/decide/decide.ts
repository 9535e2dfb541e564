import { requestOf } from '../../api/annotations.ts';
import { missingPolicyOf } from '../../api/defaults.ts';
import { blocked, finish, type Step } from '../action.ts';
import type { World } from '../input.ts';
import { chosenInstance } from '../observe/instances.ts';
import { authorize } from './authorize.ts';
import { connectionStep } from './connection-secret.ts';
import { tidyConsent } from './consent.ts';
import { decideDeletion } from './deletion.ts';
import { desiredEnabled } from './desired-instance.ts';
import { checkGrant, nextPingAt } from './grant-check.ts';
import { claim } from './ownership.ts';
import { PRECONDITIONS } from './preconditions.ts';
import { look } from './read-instance.ts';
import { replace } from './replacement.ts';
import { synchronise } from './synchronize.ts';

/**
 * The next step for a resource. Pure: everything that matters is in the world, and the same world always gives the same
 * step. `act` carries the step out and says what it learned in a new world; only `finish` ends the pass.
 */
export function decide(world: World): Step {
  if (world.connector.metadata.deletionTimestamp !== undefined) {
    return decideDeletion(world);
  }
  return precondition(world) ?? decideInstance(world);
}

function precondition(world: World): Step | undefined {
  for (const rule of PRECONDITIONS) {
    const step = rule(world);
    if (step !== undefined) {
      return step;
    }
  }
  return undefined;
}

function decideInstance(world: World): Step {
  const chosen = chosenInstance(world);
  if (chosen === undefined) {
    const old = world.connector.status?.instance;
    return authorize(world, { why: 'create', insteadOf: old && { id: old.id, because: 'replaced' } });
  }
  const { instance } = chosen;
  if (instance === 'gone') {
    return missing(world, chosen.id);
  }
  if (instance === undefined || instance.tags === undefined || isAskedToLook(world, chosen.id)) {
    return look(world, chosen.id);
  }
  return (
    claim(world, instance) ??
    checkGrant(world, instance) ??
    tidyConsent(world) ??
    synchronise(world, instance) ??
    connectionStep(world, instance) ??
    replace(world, instance) ??
    settled(world)
  );
}

/** `reconcile-at` means: look for yourself, do not believe the inventory. */
function isAskedToLook(world: World, id: number): boolean {
  const { connector, pass } = world;
  const asked = requestOf(connector, 'reconcileAt', connector.status?.lastHandledReconcileAt) !== undefined;
  return asked && !pass.authorized && !pass.read.includes(id);
}

function missing(world: World, id: number): Step {
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
  return authorize(world, { why: 'create', insteadOf: { id, because: 'gone' } });
}

function settled(world: World): Step {
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
