import { driftPolicyOf } from '../api/defaults.ts';
import type { Instance } from '../openconnectors/port.ts';
import { describePatch, desiredEnabled, difference, specChanged } from './desired.ts';
import { ownership } from './instance.ts';
import { blocked, type Step } from './step.ts';
import type { World } from './world.ts';

/** The smallest call that brings the instance nearer to the resource; `undefined` when both are equal. */
export function synchronise(world: World, instance: Instance): Step | undefined {
  return correct(world, instance) ?? enable(world, instance);
}

function correct(world: World, instance: Instance): Step | undefined {
  if (world.pass.patched || world.pass.authorized) {
    return undefined;
  }
  const patch = difference(world, instance);
  if (patch === undefined) {
    return undefined;
  }
  const adopting = ownership(world, instance) !== 'this-resource';
  if (
    !adopting &&
    !specChanged(world) &&
    !secretsDiffer(patch) &&
    driftPolicyOf(world.connector.spec) === 'Report'
  ) {
    return blocked(
      'Synced',
      'DriftDetected',
      `The instance was changed in Open Connectors: ${describePatch(patch)}. It is left so, because spec.driftPolicy is "Report"; with "Correct" the operator changes it back.`,
    );
  }
  return { do: 'patch', id: instance.id, patch, reason: adopting ? 'Adopted' : 'Updated' };
}

/** A rotated Secret is a wish of the user, not drift. */
function secretsDiffer(patch: { readonly configuration?: Readonly<Record<string, string>> }): boolean {
  const keys = Object.keys(patch.configuration ?? {});
  return keys.includes('oauth.api.secret') || keys.includes('infusionsoft.private.key');
}

function enable(world: World, instance: Instance): Step | undefined {
  const wanted = desiredEnabled(world);
  if (world.pass.enabledSet || instance.disabled === undefined || instance.disabled !== wanted) {
    return undefined;
  }
  return { do: 'enable', id: instance.id, enabled: wanted };
}
