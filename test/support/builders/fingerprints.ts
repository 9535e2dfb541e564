import { createFingerprinter } from '../../../src/secrets/fingerprint.ts';

/** Fingerprints as an operator with this one key makes them. */
export const fingerprinter = createFingerprinter(Buffer.alloc(32, 7));

/** The fingerprint of a value in clear. */
export const printOf = fingerprinter.of;
