import type { Ledger, LedgerEntry } from 'open-connectors-simulator/ledger.ts';

/** Requests with a code or a refresh token that reached the simulator, by its fingerprint. */
export function receivedCodes(ledger: Ledger): ReadonlyMap<string, readonly LedgerEntry[]> {
  return Map.groupBy(
    ledger.entries((entry) => credentialOf(entry) !== undefined),
    (entry) => credentialOf(entry) ?? '',
  );
}

function credentialOf({ codeFingerprint, refreshTokenFingerprint }: LedgerEntry): string | undefined {
  return codeFingerprint ?? refreshTokenFingerprint;
}
