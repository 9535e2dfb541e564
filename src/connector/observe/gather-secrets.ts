import { isDeepStrictEqual } from 'node:util';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import {
  authorizationCodeSecretNameOf,
  connectionSecretNameOf,
  consentSecretNameOf,
  nextConnectionSecretNameOf,
  oldOneTimeCodeSecretNameOf,
  oneTimeCodeSecretNameOf,
} from '../../api/defaults.ts';
import { type AuthorizationResponse, parseResponse } from '../../authorization/authorization-response.ts';
import { consentRequestHash, consentRequestOf } from '../../authorization/consent-request.ts';
import { isCurrent, isUnreadable, wasSent } from '../../ownership/write-ahead-record.ts';
import { withRecord } from '../../secrets/managed-metadata.ts';
import type {
  AuthorizationCodeSecret,
  ConnectionSecret,
  ConnectorSecrets,
  GrantInput,
  GrantUse,
  OwnedSecret,
  RecordMatch,
  SecretInput,
  SeenContent,
} from '../connector-secrets.ts';
import type { ChosenInstance, ConnectorInput, Observation } from '../input.ts';
import { canonicalContent, connectionData, connectionMetadata } from './connection-content.ts';
import { recordedElementOf, waitsForAnnotation } from './held-instances.ts';
import { type Fingerprint, factOf, secretInput } from './secret-inputs.ts';
import { lastingUsesOf, namedGrantUseOf, pageGrantUseOf } from './secret-uses.ts';

/** What the Secrets of a resource are derived from besides the observation. */
export interface SecretContext {
  readonly chosen: ChosenInstance | undefined;
  readonly inUse: ChosenInstance | undefined;
  readonly offersPage: boolean;
  readonly fingerprint: Fingerprint;
  /** The input before the latest action: whatever the action did not change is taken from it. */
  readonly previous: ConnectorInput | undefined;
}

/** The Secrets by role. The spec must be valid. */
export function gatherSecrets(observation: Observation, context: SecretContext): ConnectorSecrets {
  const { connector } = observation;
  const { previous, fingerprint } = context;
  const uses = lastingUsesOf(connector);
  const inputOf = (use: SecretInput['use'], known: SecretInput | undefined): SecretInput =>
    secretInput(observation, use, fingerprint, previous && { observation: previous, known });
  const clientId = inputOf(uses.clientId, previous?.secrets.clientId);
  const renamed = connector.status?.binding?.name;
  const connection = connectionOf(
    observation,
    context,
    connectionSecretNameOf(connector),
    context.inUse ?? context.chosen,
    observation.memory.connection ?? recordedContent(connector),
    previous?.secrets.connection,
  );
  const nextConnection =
    context.inUse !== undefined && context.chosen !== undefined && waitsForAnnotation(connector)
      ? connectionOf(
          observation,
          context,
          nextConnectionSecretNameOf(connector),
          context.chosen,
          observation.memory.nextConnection,
          previous?.secrets.nextConnection,
        )
      : undefined;
  const consents = {
    oneTimeCode: consentSecret(observation, oneTimeCodeSecretNameOf(connector)),
    oldOneTimeCode: oldOneTimeCodeOf(observation),
    authorizationCode: authorizationCodeOf(observation, clientId, context),
    consent: consentSecret(observation, consentSecretNameOf(connector)),
  };
  const used = [connection, nextConnection, ...Object.values(consents)].map((secret) => secret?.name);
  return {
    clientId,
    clientSecret: inputOf(uses.clientSecret, previous?.secrets.clientSecret),
    encryptedKey: uses.encryptedKey && inputOf(uses.encryptedKey, previous?.secrets.encryptedKey),
    signatureKey: uses.signatureKey && inputOf(uses.signatureKey, previous?.secrets.signatureKey),
    grant: grantOf(observation, context),
    connection,
    nextConnection,
    previousConnection:
      renamed === undefined || renamed === connection.name ? undefined : ownedSecret(observation, renamed),
    ...consents,
    leftovers: [...observation.facts.keys()]
      .filter((name) => !used.includes(name))
      .map((name) => ownedSecret(observation, name))
      .filter(({ isOwn }) => isOwn),
  };
}

function ownedSecret(observation: Observation, name: string): OwnedSecret {
  const fact = factOf(observation, name);
  const isOwn = fact.state !== 'absent' && fact.owners.includes(observation.connector.metadata.uid);
  return { name, fact, isOwn };
}

/** A Secret of a consent. The connection Secret may have its name, which the user chooses. */
function consentSecret(observation: Observation, name: string): OwnedSecret {
  const secret = ownedSecret(observation, name);
  return { ...secret, isOwn: secret.isOwn && name !== connectionSecretNameOf(observation.connector) };
}

/** A connection Secret that is being renamed may have the old name, too. */
function oldOneTimeCodeOf(observation: Observation): OwnedSecret {
  const { connector } = observation;
  const secret = consentSecret(observation, oldOneTimeCodeSecretNameOf(connector));
  return { ...secret, isOwn: secret.isOwn && secret.name !== connector.status?.binding?.name };
}

function connectionOf(
  observation: Observation,
  { fingerprint }: SecretContext,
  name: string,
  of: ChosenInstance | undefined,
  seen: SeenContent | undefined,
  previous: ConnectionSecret | undefined,
): ConnectionSecret {
  const secret = { ...ownedSecret(observation, name), seen };
  const { account, connector } = observation;
  const instance = of?.instance;
  if (
    account.state !== 'ready' ||
    instance === undefined ||
    instance === 'not-found' ||
    instance.token === undefined
  ) {
    return { ...secret, desired: undefined };
  }
  const data = connectionData(account, connector.spec, {
    token: instance.token,
    connector: instance.element ?? recordedElementOf(connector, instance.id),
  });
  const metadata = connectionMetadata(connector);
  const known = previous?.desired;
  return {
    ...secret,
    desired:
      known !== undefined && isDeepStrictEqual([known.data, known.metadata], [data, metadata])
        ? known
        : { data, metadata, content: fingerprint(canonicalContent(data, withRecord(metadata))) },
  };
}

/** The content of the connection Secret as status records it; a record of another name is of another Secret. */
function recordedContent(connector: InfusionsoftConnector): SeenContent | undefined {
  const { name, resourceVersion, fingerprint } = connector.status?.binding ?? {};
  return name !== connectionSecretNameOf(connector) ||
    resourceVersion === undefined ||
    fingerprint === undefined
    ? undefined
    : { resourceVersion, content: fingerprint };
}

function grantOf(
  observation: Observation,
  { offersPage, fingerprint, previous }: SecretContext,
): GrantInput | undefined {
  const { connector, storedRecord } = observation;
  const use: GrantUse | undefined =
    namedGrantUseOf(connector) ?? (offersPage ? pageGrantUseOf(connector) : undefined);
  if (use === undefined) {
    return undefined;
  }
  const known = previous?.secrets.grant;
  const { value } = secretInput(observation, use, fingerprint, previous && { observation: previous, known });
  return known !== undefined && known.value === value && previous?.storedRecord === storedRecord
    ? known
    : { use, value, match: value.state === 'value' ? matchOf(storedRecord, value) : undefined };
}

function matchOf(
  record: Observation['storedRecord'],
  credential: { readonly value: string; readonly fingerprint: string },
): RecordMatch {
  return {
    isCurrent: isCurrent(record, credential),
    wasSent: wasSent(record, credential),
    isUnreadable: isUnreadable(record, credential),
  };
}

function authorizationCodeOf(
  observation: Observation,
  clientId: SecretInput,
  context: SecretContext,
): AuthorizationCodeSecret {
  const secret = consentSecret(observation, authorizationCodeSecretNameOf(observation.connector));
  const { fact, isOwn } = secret;
  if (!isOwn || fact.state !== 'read') {
    return { ...secret, response: undefined, isCurrent: false };
  }
  const known = context.previous?.secrets.authorizationCode;
  const response = known?.fact === fact ? known.response : parseResponse(fact.data);
  return { ...secret, response, isCurrent: isCurrentResponse(observation, response, clientId) };
}

/** Whether the response belongs to what the resource asks consent for now. */
function isCurrentResponse(
  { account, connector, settings }: Observation,
  response: AuthorizationResponse | undefined,
  clientId: SecretInput,
): boolean {
  if (response === undefined || account.state !== 'ready' || clientId.value.state !== 'value') {
    return false;
  }
  const request = consentRequestOf(connector.spec, account, clientId.value.value, settings.ownCallbackUrl);
  return response.consent === consentRequestHash(request);
}
