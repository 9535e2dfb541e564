import type { Ledger, LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import { receivedCodes } from '../model/received.ts';
import type { Subject } from '../model/subject.ts';
import type { Death } from '../stage/replicas.ts';
import type { DisregardedCode } from '../storm/person.ts';
import type { Finding } from './finding.ts';

/** A SIGKILL within this time of the record may have hit between record and request, milliseconds. */
const WINDOW_MS = 500;
/** A replica that lost its Lease sends nothing and exits within this time, milliseconds. */
const ENDING_MS = 3_000;

/** A 429 of Open Connectors itself: by contract it proves that the code was not processed. */
const provesUnprocessed = ({ status, committed }: LedgerEntry): boolean => status === 429 && !committed;

/** Codes that were sent again although an earlier request may have been processed. */
export function findSentTwice(ledger: Ledger, subjects: readonly Subject[]): readonly Finding[] {
  return [...receivedCodes(ledger)]
    .filter(([, entries]) => entries.slice(0, -1).some((entry) => !provesUnprocessed(entry)))
    .map(([fingerprint, entries]) => ({
      subject: subjects.find(({ codes }) => codes.some((code) => code.fingerprint === fingerprint))?.key,
      text: `code ${fingerprint} was sent ${entries.length} times (entries ${entries.map(({ number }) => number).join(', ')})`,
    }));
}

/** Codes that never reached Open Connectors and were replaced by new ones on request. */
export interface LostCodes {
  /** Recorded as sent, without an exit of a replica as the cause. */
  readonly unexplained: readonly Finding[];
  /** Recorded as sent, while a replica was killed or lost its Lease. */
  readonly explained: readonly Finding[];
  /** Not recorded: the connector requested another code before it read this one. */
  readonly unread: readonly Finding[];
}

export function findLostCodes(
  ledger: Ledger,
  disregarded: readonly DisregardedCode[],
  deaths: readonly Death[],
): LostCodes {
  const received = receivedCodes(ledger);
  const lost = disregarded.filter(({ code }) => !received.has(code.fingerprint));
  const died = (recordedAt: number): boolean =>
    deaths.some(({ at, killed }) => {
      const after = at - recordedAt;
      return after >= -WINDOW_MS && after <= (killed ? WINDOW_MS : ENDING_MS);
    });
  const found = (choose: (code: DisregardedCode) => boolean, words: string): readonly Finding[] =>
    lost.filter(choose).map(({ subject, code }) => ({ subject, text: `code ${code.fingerprint} ${words}` }));
  return {
    unexplained: found(
      ({ recordedAt }) => recordedAt !== undefined && !died(recordedAt),
      'was recorded as sent, and never left',
    ),
    explained: found(
      ({ recordedAt }) => recordedAt !== undefined && died(recordedAt),
      'was recorded as sent, and the replica died before it left',
    ),
    unread: found(({ recordedAt }) => recordedAt === undefined, 'was neither recorded nor sent'),
  };
}
