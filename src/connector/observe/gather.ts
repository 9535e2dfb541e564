import { callbackUrlOf } from '../../authorization/consent-urls.ts';
import type { ConnectorSecrets, SecretInput } from '../connector-secrets.ts';
import type { ConnectorInput, Observation } from '../input.ts';
import { gatherSecrets } from './gather-secrets.ts';
import { instancesOf } from './instances.ts';
import { learnedRecord } from './record-outcome.ts';
import type { Fingerprint } from './secret-inputs.ts';
import { namedGrantUseOf } from './secret-uses.ts';

/**
 * The input of `decide`: everything that rules read, derived once. With `previous`, the input before the latest action,
 * only what the action changed is decoded, hashed and chosen again. Pure.
 */
export function gather(
  observation: Observation,
  fingerprint: Fingerprint,
  previous?: ConnectorInput,
): ConnectorInput {
  const isKnown =
    previous !== undefined &&
    previous.external === observation.external &&
    previous.connector === observation.connector;
  const derived = {
    record: learnedRecord(observation),
    instances: isKnown ? previous.instances : instancesOf(observation),
  };
  if (observation.violations.length > 0) {
    return { ...observation, ...derived, secrets: NO_SECRETS, callbackUrl: undefined, offersPage: false };
  }
  const { connector, settings } = observation;
  const callbackUrl = callbackUrlOf(connector.spec, settings.ownCallbackUrl);
  const offersPage =
    settings.ownCallbackUrl !== undefined &&
    callbackUrl === settings.ownCallbackUrl &&
    namedGrantUseOf(connector) === undefined;
  const { chosen, inUse } = derived.instances;
  const secrets = gatherSecrets(observation, { chosen, inUse, offersPage, fingerprint, previous });
  return { ...observation, ...derived, secrets, callbackUrl, offersPage };
}

const UNNAMED: SecretInput = {
  use: { field: '', secretName: '', key: '', what: '' },
  value: { state: 'absent', isConfirmed: false },
};
const UNNAMED_SECRET = { name: '', fact: { state: 'absent' }, isOwn: false } as const;

/** An invalid spec names no Secrets; no rule reads them then. */
const NO_SECRETS: ConnectorSecrets = {
  clientId: UNNAMED,
  clientSecret: UNNAMED,
  encryptedKey: undefined,
  signatureKey: undefined,
  grant: undefined,
  connection: { ...UNNAMED_SECRET, seen: undefined, desired: undefined },
  nextConnection: undefined,
  previousConnection: undefined,
  oneTimeCode: UNNAMED_SECRET,
  oldOneTimeCode: UNNAMED_SECRET,
  authorizationCode: { ...UNNAMED_SECRET, response: undefined, isCurrent: false },
  consent: UNNAMED_SECRET,
  leftovers: [],
};
