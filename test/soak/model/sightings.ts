import type { LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import type { Simulator } from 'open-connectors-simulator/simulator.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { AuditLog } from './audit-log.ts';

const LOOK_MS = 200;

/** Maps each instance to its connector, also after its deletion. */
export interface Sightings {
  /** `namespace/name` of the connector whose tags the instance had first. */
  subjectOf(id: number): string | undefined;
  stop(): void;
}

/** Records when instances of this cluster appear, change their owner and disappear. */
export function sightInstances(simulator: Simulator, auditLog: AuditLog, clock: Clock): Sightings {
  const subjects = new Map<number, string>();
  let alive = new Map<number, string>();
  let cancel = (): void => undefined;
  const look = (): void => {
    const now = new Map<number, string>();
    for (const { id, tags, connector } of simulator.instances()) {
      const subject = subjects.get(id) ?? subjectIn(tags);
      if (subject === undefined) {
        continue;
      }
      subjects.set(id, subject);
      const owner = tags.find((tag) => tag.startsWith('k8s-uid-')) ?? 'no owner';
      now.set(id, owner);
      const before = alive.get(id);
      if (before !== owner) {
        const words = before === undefined ? `exists (${connector})` : 'changed its owner';
        auditLog.note('instance', `${id} ${words}: ${owner}`, subject);
      }
    }
    for (const id of alive.keys()) {
      if (!now.has(id)) {
        auditLog.note('instance', `${id} does not exist any more`, subjects.get(id));
      }
    }
    alive = now;
    cancel = clock.schedule(LOOK_MS, look);
  };
  look();
  return {
    subjectOf: (id) => subjects.get(id),
    stop: () => cancel(),
  };
}

function subjectIn(tags: readonly string[]): string | undefined {
  const read = (kind: string): string | undefined =>
    tags.find((tag) => tag.startsWith(`k8s-${kind}-`))?.slice(`k8s-${kind}-`.length);
  return tags.includes('k8s-cluster-soak') ? `${read('ns')}/${read('name')}` : undefined;
}

/** The instance id in the path of a request; 0 without one. */
export function instanceIn({ path }: LedgerEntry): number {
  const [, id = '0'] = /\/instances\/(\d+)/.exec(path) ?? [];
  return Number(id);
}
