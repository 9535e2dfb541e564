import { decodeText } from '../../secrets/decode.ts';
import { sameKey } from '../../secrets/fingerprint.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import type { SecretInput, SecretUse, SecretValue } from '../connector-secrets.ts';
import type { Observation } from '../input.ts';

/** Keyed hash of a value; pure. */
export type Fingerprint = (value: string) => string;

const UNSEEN: SecretFact = { state: 'absent' };

/** What the operator knows of a Secret. A name that was not observed counts as absent. */
export function factOf({ facts }: Pick<Observation, 'facts'>, name: string): SecretFact {
  return facts.get(name) ?? UNSEEN;
}

/** Whether nothing changed from which the value of `use` is derived. */
function isUnchanged(
  observation: Observation,
  previous: Observation,
  { secretName, key }: SecretUse,
): boolean {
  return (
    previous.facts.get(secretName) === observation.facts.get(secretName) &&
    previous.connector.metadata.generation === observation.connector.metadata.generation &&
    sameEntry(recordedOf(previous, secretName, key), recordedOf(observation, secretName, key))
  );
}

/** A reference with its value; `known`, the same reference before, is returned again where nothing changed. */
export function secretInput(
  observation: Observation,
  use: SecretUse,
  fingerprint: Fingerprint,
  previous: { readonly observation: Observation; readonly known: SecretInput | undefined } | undefined,
): SecretInput {
  const known = previous?.known;
  return known !== undefined &&
    previous !== undefined &&
    known.use.key === use.key &&
    known.use.secretName === use.secretName &&
    isUnchanged(observation, previous.observation, use)
    ? known
    : { use, value: secretValue(observation, use, fingerprint) };
}

/** Reads and hashes the value of one reference. */
function secretValue(observation: Observation, use: SecretUse, fingerprint: Fingerprint): SecretValue {
  const fact = factOf(observation, use.secretName);
  if (fact.state === 'absent') {
    return { state: 'absent', isConfirmed: fact.confirmed === true };
  }
  const recorded = recordedOf(observation, use.secretName, use.key);
  if (fact.state === 'unread') {
    return { state: recorded?.resourceVersion === fact.resourceVersion ? 'same' : 'unread' };
  }
  return read(use, fact, fingerprint, recorded);
}

function read(
  use: SecretUse,
  fact: Extract<SecretFact, { state: 'read' }>,
  fingerprint: Fingerprint,
  recorded: Recorded | undefined,
): SecretValue {
  const encoded = fact.data[use.key];
  if (encoded === undefined) {
    return { state: 'key-missing' };
  }
  const decoded = decodeText(encoded);
  if ('why' in decoded) {
    return { state: 'invalid', why: decoded.why };
  }
  const hash = fingerprint(decoded.text);
  return {
    state: 'value',
    value: decoded.text,
    fingerprint: hash,
    resourceVersion: fact.resourceVersion,
    changed: isChanged(fact.resourceVersion, hash, recorded),
  };
}

function isChanged(
  resourceVersion: string,
  hash: string,
  recorded: Recorded | undefined,
): boolean | undefined {
  // The value was applied from this very version, whatever key its fingerprint has.
  if (recorded?.resourceVersion === resourceVersion) {
    return false;
  }
  const before = recorded?.fingerprint;
  return before === undefined || !sameKey(before, hash) ? undefined : before !== hash;
}

type Recorded = NonNullable<NonNullable<Observation['connector']['status']>['credentials']>[number];

function recordedOf({ connector }: Observation, secretName: string, key: string): Recorded | undefined {
  return connector.status?.credentials?.find((entry) => entry.secretName === secretName && entry.key === key);
}

function sameEntry(a: Recorded | undefined, b: Recorded | undefined): boolean {
  return a?.resourceVersion === b?.resourceVersion && a?.fingerprint === b?.fingerprint;
}
