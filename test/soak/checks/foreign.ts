import type { Ledger, LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { digestOf, type ForeignInstance } from '../model/foreign.ts';
import type { Finding } from './finding.ts';

/** A call whose read was within this time before the take-over cannot be prevented, milliseconds. */
const RACE_MS = 1_500;

const isWriteTo =
  (id: number) =>
  ({ method, path, committed }: LedgerEntry): boolean =>
    committed && method !== 'GET' && path.split('/').includes(String(id));

/** Instances of other owners that were changed or deleted; `raced` are those that no client can prevent. */
export function findChangedForeign(
  ledger: Ledger,
  instances: readonly InstanceSnapshot[],
  foreign: readonly ForeignInstance[],
): { readonly changed: readonly Finding[]; readonly raced: readonly Finding[] } {
  const changed: Finding[] = [];
  const raced: Finding[] = [];
  for (const { id, since, digest, takenFrom } of foreign) {
    const instance = instances.find((candidate) => candidate.id === id);
    const writes = ledger.entries(isWriteTo(id)).filter(({ at }) => at >= since);
    const isSame = instance !== undefined && digestOf(instance) === digest;
    if (isSame && writes.length === 0) {
      continue;
    }
    const wasRead = ledger.count(
      ({ operation, path, at }) =>
        operation === 'readInstance' && path.endsWith(`/${id}`) && at <= since && at >= since - RACE_MS,
    );
    const isRace = wasRead > 0 && writes.every(({ at }) => at <= since + RACE_MS);
    const calls = writes.map(({ number, operation }) => `${operation} (entry ${number})`).join(', ');
    const text = `instance ${id} of another owner ${instance === undefined ? 'was deleted' : 'was changed'}: ${calls}`;
    (isRace ? raced : changed).push({ subject: takenFrom, text });
  }
  return { changed, raced };
}
