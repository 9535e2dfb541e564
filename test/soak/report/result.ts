import type { Audit } from '../checks/audit.ts';
import type { Finding } from '../checks/finding.ts';
import type { SoakOptions } from '../options.ts';
import type { WatchCounts } from '../proxy/watch.ts';
import type { MemoryUse } from '../stage/memory.ts';
import type { Death } from '../stage/replicas.ts';
import type { StormCounts } from '../storm/storm.ts';

/** The result of a run. */
export interface SoakResult {
  readonly options: SoakOptions;
  readonly controlPlane: string;
  readonly audit: Audit;
  readonly tookMs: number;
  readonly counts: StormCounts;
  readonly faults: ReadonlyMap<string, number>;
  readonly watches: WatchCounts;
  readonly deaths: readonly Death[];
  readonly memory: MemoryUse;
  readonly codesStored: number;
  readonly instancesCreated: number;
  /** Replicas that did not end with code 0 on SIGTERM. */
  readonly badEnds: number;
  /** Findings of the workbench: broken statuses, leaked values, missing rights. */
  readonly complaints: readonly string[];
}

/** A number of the table that must be 0, with what it counts. */
export interface Violation {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const plain = (texts: readonly string[]): readonly Finding[] =>
  texts.map((text) => ({ subject: undefined, text }));

/** All numbers that must be 0, in the order of the table. */
export function violationsOf({ audit, counts, badEnds, complaints }: SoakResult): readonly Violation[] {
  return [
    { title: 'connectors not settled', findings: audit.unsettled },
    { title: 'Ready without being so', findings: audit.untruths },
    { title: 'orphans', findings: audit.orphans },
    { title: 'duplicates', findings: audit.duplicates },
    { title: 'codes sent twice', findings: audit.sentTwice },
    { title: 'codes lost unsent', findings: audit.lost.unexplained },
    { title: 'foreign instances changed', findings: audit.foreignChanged },
    {
      title: 'replicas that did not end on SIGTERM',
      findings: plain(Array<string>(badEnds).fill('exit code other than 0')),
    },
    { title: 'broken rules (statuses, leaks, rights)', findings: plain(complaints) },
    { title: 'operations that failed in the test itself', findings: plain(counts.failed) },
  ];
}
