import { decodeText } from '../../secrets/decode.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import type { ConnectorInput } from '../input.ts';

/** One value that a resource asks of a Secret: which field asks, and where it stands. */
export interface SecretUse {
  /** Path of the reference in the resource, e.g. `spec.encryptedKeySecretRef`. */
  readonly field: string;
  readonly secretName: string;
  readonly key: string;
  /** What the value is for, in words of a sentence, e.g. "the Infusionsoft Encrypted Key". */
  readonly what: string;
}

/** What came of a use. `same`: not read, because the Secret has not changed since it was last applied. */
export type SecretValue =
  | { readonly state: 'absent' }
  | { readonly state: 'unread' }
  | { readonly state: 'same' }
  | { readonly state: 'key-missing' }
  | { readonly state: 'invalid'; readonly why: string }
  | {
      readonly state: 'value';
      readonly value: string;
      readonly fingerprint: string;
      readonly resourceVersion: string;
      /** Whether the value differs from the one last applied. `undefined`: nothing was recorded for it. */
      readonly changed: boolean | undefined;
    };

/** Looks up one use in what the pass knows of the Secrets. `undefined` in the world counts as absent. */
export function secretValue(input: ConnectorInput, use: SecretUse): SecretValue {
  const fact = input.secrets.get(use.secretName) ?? { state: 'absent' };
  if (fact.state === 'absent') {
    return { state: 'absent' };
  }
  const recorded = input.connector.status?.credentials?.find(
    (entry) => entry.secretName === use.secretName && entry.key === use.key,
  );
  if (fact.state === 'unread') {
    return { state: recorded?.resourceVersion === fact.resourceVersion ? 'same' : 'unread' };
  }
  return read(input, use, fact, recorded?.fingerprint);
}

function read(
  input: ConnectorInput,
  use: SecretUse,
  fact: Extract<SecretFact, { state: 'read' }>,
  recorded: string | undefined,
): SecretValue {
  const encoded = fact.data[use.key];
  if (encoded === undefined) {
    return { state: 'key-missing' };
  }
  const decoded = decodeText(encoded);
  if ('why' in decoded) {
    return { state: 'invalid', why: decoded.why };
  }
  const fingerprint = input.fingerprint(decoded.text);
  return {
    state: 'value',
    value: decoded.text,
    fingerprint,
    resourceVersion: fact.resourceVersion,
    changed: recorded === undefined || !sameKey(recorded, fingerprint) ? undefined : recorded !== fingerprint,
  };
}

/** Fingerprints begin with the id of their key; made with different keys they cannot be compared. */
function sameKey(a: string, b: string): boolean {
  return a.split(':')[0] === b.split(':')[0];
}
