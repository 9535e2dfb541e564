import type { Ledger, LedgerEntry } from 'open-connectors-simulator/ledger.ts';

/** Requests with a code that reached the simulator, by the fingerprint of the code. */
export function receivedCodes(ledger: Ledger): ReadonlyMap<string, readonly LedgerEntry[]> {
  return Map.groupBy(
    ledger.entries(({ codeFingerprint }) => codeFingerprint !== undefined),
    ({ codeFingerprint }) => codeFingerprint ?? '',
  );
}
