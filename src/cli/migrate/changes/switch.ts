import { annotationOf, requestOf } from '../../../api/annotations.ts';
import { conditionOf } from '../../../api/condition.ts';
import type { InfusionsoftConnector } from '../../../api/connector.ts';
import { connectionSecretNameOf } from '../../../api/defaults.ts';
import { ANNOTATIONS } from '../../../api/group.ts';
import { isCurrent } from '../../cluster/conditions.ts';
import type { ConnectorPatch } from '../../cluster/resources.ts';
import type { Assessment, Change } from './change.ts';
import { haltText, type Progress, progressTo, SWITCH_PENDING } from './progress.ts';

/** Moves the connection Secrets to the new instances. */
export const switchOver: Change = {
  words: { verb: 'switch', done: 'switched', flags: ['--switch'] },
  changesSpec: false,
  needsOAuthClient: false,
  assess(connector) {
    if (isRequested(connector)) {
      return startedOrHalted(connector);
    }
    const { instance, next, replacing } = connector.status ?? {};
    if (isPending(connector)) {
      return plannedOrHalted(connector, next?.id);
    }
    return replacing !== undefined && instance?.id !== replacing.id ? { kind: 'done' } : { kind: 'other' };
  },
  patchOf: requestSwitch,
  progressOf: (connector) => progressOf(connector, (reason) => reason !== SWITCH_PENDING),
};

/** Moves the connection Secrets back to the old instances, within their retention. */
export const switchBack: Change = {
  words: { verb: 'switch back', done: 'switched back', flags: ['--switch', '--rollback'] },
  changesSpec: false,
  needsOAuthClient: false,
  assess(connector, now) {
    if (isRequested(connector)) {
      return startedOrHalted(connector);
    }
    const { next, replacing } = connector.status ?? {};
    if (isPending(connector) && next?.switchedBack === true) {
      return { kind: 'done' };
    }
    const isRetained = replacing?.until !== undefined && Date.parse(replacing.until) > now;
    return isRetained ? plannedOrHalted(connector, replacing.id) : { kind: 'other' };
  },
  patchOf: requestSwitch,
  progressOf: (connector) => progressOf(connector, (reason) => reason === SWITCH_PENDING),
};

/** Any new value switches, so the time must differ from a value of the same millisecond. */
function requestSwitch(connector: InfusionsoftConnector, now: number): ConnectorPatch {
  const value = new Date(now).toISOString();
  const isUsed =
    annotationOf(connector, 'switch') === value || connector.status?.lastHandledSwitchAt === value;
  return {
    metadata: { annotations: { [ANNOTATIONS.switch]: isUsed ? new Date(now + 1).toISOString() : value } },
  };
}

function isRequested(connector: InfusionsoftConnector): boolean {
  return requestOf(connector, 'switch', connector.status?.lastHandledSwitchAt) !== undefined;
}

function isPending(connector: InfusionsoftConnector): boolean {
  return isCurrent(connector) && conditionOf(connector, 'Ready')?.reason === SWITCH_PENDING;
}

function plannedOrHalted(connector: InfusionsoftConnector, id: number | undefined): Assessment {
  const because = haltText(connector);
  return because === undefined
    ? { kind: 'planned', details: `Secret ${connectionSecretNameOf(connector)}: instance ${id ?? 'unknown'}` }
    : { kind: 'refused', because };
}

function startedOrHalted(connector: InfusionsoftConnector): Assessment {
  const because = haltText(connector);
  return because === undefined ? { kind: 'started' } : { kind: 'refused', because };
}

function progressOf(connector: InfusionsoftConnector, isDone: (reason: string) => boolean): Progress {
  const handled = !isRequested(connector);
  const progress = progressTo(
    connector,
    ({ status, reason }) => handled && status === 'True' && isDone(reason),
  );
  // A condition from before the request is not about it.
  return progress.kind === 'waiting' && !handled ? { kind: 'working' } : progress;
}
