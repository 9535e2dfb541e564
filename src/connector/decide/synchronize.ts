import { driftPolicyOf } from '../../api/defaults.ts';
import type { Reason } from '../../api/reasons.ts';
import type { Instance, InstancePatch } from '../../openconnectors/port.ts';
import { type Action, blocked } from '../action.ts';
import { isAuthorized, isEnabledSet, isRead, isReadSincePatch, latestPatch } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';
import { ownership } from '../observe/instances.ts';
import {
  carriesSecret,
  changesEvents,
  describePatch,
  desiredEnabled,
  difference,
  recordedEnabled,
  shownDifference,
  specChanged,
} from './desired-instance.ts';

/** The smallest call that brings the instance nearer to the resource; `undefined` when both are equal. */
export function synchronize(input: ConnectorInput, instance: Instance): Action | undefined {
  return correct(input, instance) ?? enable(input, instance);
}

function correct(input: ConnectorInput, instance: Instance): Action | undefined {
  const patched = latestPatch(input.log);
  if (patched !== undefined) {
    return changesEvents(patched) && !isReadSincePatch(input.log, instance.id)
      ? { type: 'read-instance', id: instance.id }
      : ignored(input, instance);
  }
  if (isAuthorized(input.log)) {
    return undefined;
  }
  const patch = difference(input, instance);
  if (patch === undefined) {
    return undefined;
  }
  const reason = reasonOf(input, instance, patch);
  if (reason === 'DriftCorrected' && driftPolicyOf(input.connector.spec) === 'Report') {
    return blocked(
      'Synced',
      'DriftDetected',
      `Drift on instance ${instance.id}: ${describePatch(patch)}. Set spec.driftPolicy to "Correct" to revert it.`,
    );
  }
  return { type: 'patch', id: instance.id, patch, reason };
}

function ignored(input: ConnectorInput, instance: Instance): Action | undefined {
  const left = shownDifference(input, instance);
  return (
    left &&
    blocked(
      'Synced',
      'RemoteError',
      `Instance ${instance.id} still has the old value after an update: ${describePatch(left)}. Wait for the next attempt.`,
      { kind: 'backoff' },
    )
  );
}

/** Why the instance has to change: an edit, an adoption, or drift. */
function reasonOf(input: ConnectorInput, instance: Instance, patch: InstancePatch): Reason {
  const isRecorded = input.connector.status?.instance?.id === instance.id;
  switch (ownership(input, instance)) {
    case 'foreign':
      return 'TakenOver';
    case 'same-name':
      return 'Adopted';
    case 'unowned':
      return isRecorded ? 'DriftCorrected' : 'Adopted';
    case 'this-resource':
      // A rotated Secret is a change by the user, not drift.
      return specChanged(input) || carriesSecret(patch) ? 'Updated' : 'DriftCorrected';
  }
}

function enable(input: ConnectorInput, instance: Instance): Action | undefined {
  const wanted = desiredEnabled(input);
  if (isEnabledSet(input.log) || instance.disabled === undefined) {
    return undefined;
  }
  const recorded = recordedEnabled(input, instance.id);
  if (instance.disabled !== wanted) {
    // A listing may still show what was before our own disabling.
    const isDoubtful = wanted && recorded === false && !isRead(input.log, instance.id);
    return isDoubtful ? { type: 'read-instance', id: instance.id } : undefined;
  }
  return !wanted && recorded === true
    ? { type: 'record-disabling' }
    : { type: 'enable', id: instance.id, enabled: wanted };
}
