import type { ConnectorView } from '../model/connector-view.ts';
import type { Sightings } from '../model/sightings.ts';
import type { Death } from '../stage/replicas.ts';
import type { StormContext } from '../storm/context.ts';
import type { DisregardedCode } from '../storm/person.ts';
import { findLostCodes, findSentTwice, type LostCodes } from './codes.ts';
import type { Finding } from './finding.ts';
import { findChangedForeign } from './foreign.ts';
import { findDuplicates, findOrphans } from './instances.ts';
import { outcomeOf } from './settled.ts';
import { findUntruths } from './truth.ts';

/** All findings of one audit. */
export interface Audit {
  readonly ready: number;
  readonly asking: number;
  readonly deleted: number;
  readonly unsettled: readonly Finding[];
  readonly untruths: readonly Finding[];
  readonly orphans: readonly Finding[];
  readonly duplicates: readonly Finding[];
  readonly sentTwice: readonly Finding[];
  readonly lost: LostCodes;
  readonly foreignChanged: readonly Finding[];
  readonly foreignRaced: readonly Finding[];
}

/** Compares the API server and Open Connectors with the specs of the users. */
export async function audit(
  context: StormContext,
  sightings: Sightings,
  disregarded: readonly DisregardedCode[],
  deaths: readonly Death[],
): Promise<Audit> {
  const { stage, subjects, foreign } = context;
  const { ledger } = stage.bench.simulator;
  const instances = stage.bench.simulator.instances();
  const viewOf = (key: string): ConnectorView | undefined => stage.connectors.of(key)?.view;
  const views = subjects.map(({ key }) => viewOf(key)).filter((view) => view !== undefined);
  const outcomes = subjects.map((subject) => outcomeOf(subject, viewOf(subject.key)));
  const count = (kind: string): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  const untruths: Finding[] = [];
  for (const subject of subjects) {
    const view = viewOf(subject.key);
    untruths.push(...(view === undefined ? [] : await findUntruths(subject, view, instances)));
  }
  const { changed, raced } = findChangedForeign(ledger, instances, foreign);
  return {
    ready: count('ready'),
    asking: count('asking'),
    deleted: count('deleted'),
    unsettled: outcomes.flatMap((outcome) => (outcome.kind === 'unsettled' ? [outcome.finding] : [])),
    untruths,
    orphans: findOrphans(instances, views, sightings),
    duplicates: findDuplicates(instances, views),
    sentTwice: findSentTwice(ledger, subjects),
    lost: findLostCodes(ledger, disregarded, deaths),
    foreignChanged: changed,
    foreignRaced: raced,
  };
}

/** Whether no finding is left that the operator may still correct. */
export function isSettled({ unsettled, untruths, orphans, duplicates }: Audit): boolean {
  return [unsettled, untruths, orphans, duplicates].every(({ length }) => length === 0);
}
