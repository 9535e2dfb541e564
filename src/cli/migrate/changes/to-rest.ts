import { conditionOf } from '../../../api/condition.ts';
import type { ConnectorSpec, InfusionsoftConnector } from '../../../api/connector.ts';
import { elementKeyOf, scopeOf } from '../../../api/defaults.ts';
import { DEFAULT_SCOPE } from '../../../provider/account.ts';
import { LEGACY_ELEMENT, REST_ELEMENT } from '../../../provider/elements.ts';
import { isCurrent } from '../../cluster/conditions.ts';
import type { Assessment, Change } from './change.ts';
import { invalidSpec } from './invalid-spec.ts';
import { LEGACY_PARTS, legacyPartsOf, MIGRATED_FROM, migratedFromOf } from './migrated-from.ts';
import { haltText, progressToAuthorized } from './progress.ts';
import { switchOver } from './switch.ts';

/** Reasons of Ready=False that a migration to infusionsoftrest resolves. */
const RESOLVED_BY_MIGRATION: ReadonlySet<string> = new Set(['LegacyApiEnded', 'ProviderUnavailable']);

/** Migrates from infusionsoftcrm to infusionsoftrest. */
export const toRest: Change = {
  words: { verb: 'migrate', done: 'migrated', flags: [] },
  changesSpec: true,
  needsOAuthClient: true,
  next: {
    change: switchOver,
    text: 'The connection Secrets still have the old instances. Test the applications with the Secrets "<connection Secret>-next".',
  },
  assess(connector) {
    if (elementKeyOf(connector.spec) === LEGACY_ELEMENT) {
      const because = problemOf(connector);
      return because === undefined
        ? { kind: 'planned', details: detailsOf(connector) }
        : { kind: 'refused', because };
    }
    return migratedFromOf(connector) === undefined ? { kind: 'other' } : assessStarted(connector);
  },
  patchOf(connector) {
    const parts = legacyPartsOf(connector);
    return {
      metadata: { annotations: { [MIGRATED_FROM]: JSON.stringify(parts) } },
      spec: {
        connector: REST_ELEMENT,
        ...Object.fromEntries(Object.keys(parts).map((name) => [name, null])),
      },
    };
  },
  progressOf: progressToAuthorized,
};

/** How a connector stands that an earlier run changed. */
export function assessStarted(connector: InfusionsoftConnector): Assessment {
  const progress = progressToAuthorized(connector);
  switch (progress.kind) {
    case 'done':
      return { kind: 'done' };
    case 'halted':
      return { kind: 'refused', because: progress.because };
    default:
      return { kind: 'started' };
  }
}

/** Why a connector is not migrated, with the action. */
function problemOf(connector: InfusionsoftConnector): string | undefined {
  return haltText(connector) ?? pendingProblem(connector) ?? invalidAfterwards(connector);
}

function pendingProblem(connector: InfusionsoftConnector): string | undefined {
  const ready = conditionOf(connector, 'Ready');
  if (ready === undefined || !isCurrent(connector)) {
    return 'is not reconciled yet. Wait, or check that the operator serves this namespace.';
  }
  return ready.status === 'True' || RESOLVED_BY_MIGRATION.has(ready.reason)
    ? undefined
    : `is not Ready (${ready.reason}). ${ready.message}`;
}

/** The rules of the kind, and of Keap, for the spec after the migration. */
function invalidAfterwards({ spec }: InfusionsoftConnector): string | undefined {
  const because = invalidSpec(spec, REST_ELEMENT, LEGACY_PARTS);
  if (because !== undefined) {
    return because;
  }
  return scopeOf(spec) === DEFAULT_SCOPE
    ? undefined
    : `has a scope that Keap does not accept. Set spec.oauth.scope to ${DEFAULT_SCOPE}, or remove it.`;
}

function detailsOf(connector: InfusionsoftConnector): string {
  const removed = Object.keys(legacyPartsOf(connector) satisfies Partial<ConnectorSpec>);
  return [`connector: ${REST_ELEMENT}`, ...removed.map((name) => `remove ${name}`)].join('; ');
}
