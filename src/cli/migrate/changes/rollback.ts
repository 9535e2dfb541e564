import type { InfusionsoftConnector } from '../../../api/connector.ts';
import { elementKeyOf } from '../../../api/defaults.ts';
import { LEGACY_ELEMENT, REST_ELEMENT } from '../../../provider/elements.ts';
import type { Change } from './change.ts';
import { invalidSpec } from './invalid-spec.ts';
import { type LegacyParts, MIGRATED_FROM, migratedFromOf } from './migrated-from.ts';
import { haltText, progressToAuthorized } from './progress.ts';

/** Restores the spec before a migration. */
export const rollback: Change = {
  words: { verb: 'roll back', done: 'rolled back', flags: ['--rollback'] },
  changesSpec: true,
  needsOAuthClient: false,
  assess(connector) {
    const parts = migratedFromOf(connector);
    if (parts === undefined || elementKeyOf(connector.spec) !== REST_ELEMENT) {
      return { kind: 'other' };
    }
    if (parts === 'invalid') {
      return {
        kind: 'refused',
        because: `has an invalid annotation ${MIGRATED_FROM}. Restore the spec by hand.`,
      };
    }
    const because = haltText(connector) ?? invalidSpec({ ...connector.spec, ...parts }, LEGACY_ELEMENT);
    return because === undefined
      ? { kind: 'planned', details: detailsOf(connector, parts) }
      : { kind: 'refused', because };
  },
  patchOf(connector) {
    const parts = migratedFromOf(connector);
    return {
      metadata: { annotations: { [MIGRATED_FROM]: null } },
      spec: { connector: LEGACY_ELEMENT, ...(parts === 'invalid' ? {} : parts) },
    };
  },
  progressOf: progressToAuthorized,
};

function detailsOf({ status }: InfusionsoftConnector, parts: LegacyParts): string {
  const restored = Object.keys(parts).map((name) => `restore ${name}`);
  const isKept =
    status?.replacing?.connector === LEGACY_ELEMENT || status?.instance?.connector === LEGACY_ELEMENT;
  return [
    `connector: ${LEGACY_ELEMENT}`,
    ...restored,
    ...(isKept ? [] : ['needs a new consent, because the old instance is released']),
  ].join('; ');
}
