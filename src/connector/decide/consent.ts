import type { InfusionsoftConnector } from '../../api/connector.ts';
import {
  apiBaseUrlOf,
  connectionSecretNameOf,
  connectorKeyOf,
  consentSecretNameOf,
  oneTimeCodeSecretNameOf,
  authorizationCodeSecretNameOf,
  scopeOf,
} from '../../api/defaults.ts';
import {
  CODE_KEY,
  type AuthorizationResponse,
  type ProviderError,
  parseResponse,
} from '../../authorization/authorization-response.ts';
import { consentRequestHash } from '../../authorization/consent-request.ts';
import { ONE_TIME_CODE_KEY } from '../../authorization/one-time-code.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import { blocked, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { type Due, dueReason, dueSentence } from '../observe/authorization-need.ts';
import { recordOf, sendability } from '../observe/record-outcome.ts';
import { type GrantUse, inputsOf, namedGrantUse, textOf } from '../observe/secret-uses.ts';
import { callbackUrlOf } from './desired-instance.ts';

// The consent pages run beside the controllers, in every replica. The two meet in Secrets only: the controller offers
// the enrolment Secret, the pages leave what the provider answered in the grant Secret.

/** The Secrets that may exist for a connector while a consent is waited for. */
export function consentSecretNames(connector: InfusionsoftConnector): string[] {
  return [oneTimeCodeSecretNameOf(connector), authorizationCodeSecretNameOf(connector), consentSecretNameOf(connector)];
}

/** Whether a person can give the consent on the operator's own page: its callback URL, and no Secret named for the grant. */
export function offersPage(world: ConnectorInput): boolean {
  const { ownCallbackUrl } = world.settings;
  return (
    ownCallbackUrl !== undefined &&
    callbackUrlOf(world) === ownCallbackUrl &&
    namedGrantUse(world) === undefined
  );
}

/** Where the grant comes from: a Secret that the resource names, else what the consent page received. */
export function grantUse(world: ConnectorInput): GrantUse | undefined {
  return namedGrantUse(world) ?? (offersPage(world) ? pageUse(world) : undefined);
}

function pageUse({ connector }: ConnectorInput): GrantUse {
  return {
    kind: 'code',
    field: 'the consent page',
    secretName: authorizationCodeSecretNameOf(connector),
    key: CODE_KEY,
    what: 'an authorization code',
  };
}

/** What stands between the resource and a code from the consent page; `undefined` when there is one to be sent. */
export function awaitConsent(world: ConnectorInput, due: Due): Action | undefined {
  if (!offersPage(world)) {
    return undefined;
  }
  const name = authorizationCodeSecretNameOf(world.connector);
  const answer = responseOf(world, world.secrets.get(name) ?? { state: 'absent' });
  switch (answer.state) {
    case 'good':
      return undefined;
    case 'foreign':
      return conflict(name);
    case 'unread':
      return { type: 'read-secret', name };
    case 'useless':
      return { type: 'remove-secret', name };
    case 'none':
      return ask(world, due, undefined);
    case 'error':
      return ask(world, due, answer.error);
  }
}

type ResponseState =
  | { readonly state: 'none' | 'foreign' | 'unread' | 'useless' | 'good' }
  | { readonly state: 'error'; readonly error: ProviderError };

function responseOf(world: ConnectorInput, fact: SecretFact): ResponseState {
  if (fact.state === 'absent') {
    return { state: 'none' };
  }
  if (!isOurs(world, authorizationCodeSecretNameOf(world.connector))) {
    return { state: 'foreign' };
  }
  if (fact.state === 'unread') {
    return { state: 'unread' };
  }
  const answer = parseResponse(fact.data);
  if (answer === undefined || answer.consent !== currentConsentRequest(world)) {
    return { state: 'useless' };
  }
  return answer.kind === 'error' ? { state: 'error', error: answer.error } : codeState(world, answer);
}

/** A code that was sent is of no use any more, unless it provably was not processed. */
function codeState(world: ConnectorInput, { code }: Extract<AuthorizationResponse, { kind: 'code' }>): ResponseState {
  const { kind } = sendability(world, { value: code, fingerprint: world.fingerprint(code) });
  return { state: kind === 'spent' ? 'useless' : 'good' };
}

/** What the resource asks consent for now. All lasting inputs must have been obtained. */
function currentConsentRequest(world: ConnectorInput): string {
  const { connector, account } = world;
  if (account.state !== 'ready') {
    throw new Error('a consent was judged without an account');
  }
  const connectorKey = connectorKeyOf(connector.spec);
  return consentRequestHash({
    accountUid: account.uid,
    baseUrl: apiBaseUrlOf(account),
    connector: connectorKey,
    server: connectorKey === 'infusionsoftcrm' ? connector.spec.server : undefined,
    clientId: textOf(world, inputsOf(world).clientId),
    callbackUrl: callbackUrlOf(world) ?? '',
    scope: scopeOf(connector.spec),
  });
}

function ask(world: ConnectorInput, due: Due, error: ProviderError | undefined): Action {
  const name = oneTimeCodeSecretNameOf(world.connector);
  const fact = world.secrets.get(name) ?? { state: 'absent' };
  if (name === connectionSecretNameOf(world.connector)) {
    return conflict(name);
  }
  if (fact.state === 'absent') {
    return { type: 'write-one-time-code', name };
  }
  if (!isOurs(world, name)) {
    return conflict(name);
  }
  const { reason, sentence } = consentMessage(world, due, error);
  return blocked('Authorized', reason, `${sentence} ${instructions(world)}`);
}

function consentMessage(world: ConnectorInput, due: Due, error: ProviderError | undefined) {
  const { refused } = world.memory;
  if (error === 'access_denied') {
    return {
      reason: 'AuthorizationDenied',
      sentence: 'The person who was asked at Infusionsoft refused access. Somebody who may allow it has to.',
    } as const;
  }
  if (error !== undefined) {
    return {
      reason: 'AuthorizationFailed',
      sentence: `Infusionsoft ended the consent with the error "${error}". Check the OAuth app at Keap, then allow access again.`,
    } as const;
  }
  if (refused !== undefined && refused.digest === recordOf(world)?.digest) {
    return {
      reason: 'AuthorizationFailed',
      sentence: `The code of the last consent was refused (${refused.message}). Check client_id, client_secret and callback URL against the OAuth app at Keap, then allow access again.`,
    } as const;
  }
  return { reason: dueReason(world, due), sentence: dueSentence(world, due) } as const;
}

function instructions({ connector, settings }: ConnectorInput): string {
  const { namespace } = connector.metadata;
  const name = oneTimeCodeSecretNameOf(connector);
  return (
    `Open ${startUrlOf(settings.ownCallbackUrl ?? '', connector)} and enter the code of Secret "${name}": ` +
    `kubectl get secret ${name} -n ${namespace} -o jsonpath='{.data.${ONE_TIME_CODE_KEY}}' | base64 -d ` +
    `(at Keap the OAuth app has to have the callback URL ${settings.ownCallbackUrl}).`
  );
}

/** The start page of a connector, beside the callback URL. */
function startUrlOf(callbackUrl: string, { metadata }: InfusionsoftConnector): string {
  return new URL(`../connect/${metadata.namespace}/${metadata.name}`, callbackUrl).href;
}

function conflict(name: string): Action {
  return blocked(
    'Authorized',
    'CodeSecretConflict',
    `The consent needs the Secret name "${name}", but a Secret of that name exists, or is named by the resource, that the operator did not make for this purpose. It is neither read nor overwritten. Delete or rename it, or give the resource another name.`,
  );
}

/** What status says of the page while it is waited for. */
export function consentPage(
  world: ConnectorInput,
): { readonly startUrl: string; readonly codeSecretName: string } | undefined {
  const name = oneTimeCodeSecretNameOf(world.connector);
  return offersPage(world) && isOurs(world, name)
    ? { startUrl: startUrlOf(world.settings.ownCallbackUrl ?? '', world.connector), codeSecretName: name }
    : undefined;
}

/** With a grant that works, nothing of a consent may stay behind: neither a code to start one, nor one begun. */
export function tidyConsent(world: ConnectorInput): Action | undefined {
  const name = consentSecretNames(world.connector).find(
    (candidate) => isOurs(world, candidate) && !isNotFound(world, candidate),
  );
  return name === undefined ? undefined : { type: 'remove-secret', name };
}

function isNotFound(world: ConnectorInput, name: string): boolean {
  const fact = world.secrets.get(name);
  return fact === undefined || fact.state === 'absent';
}

/** Made by the operator for a consent of this very resource; a connection Secret of the same name is not. */
function isOurs(world: ConnectorInput, name: string): boolean {
  const fact = world.secrets.get(name);
  return (
    fact !== undefined &&
    fact.state !== 'absent' &&
    fact.owners.includes(world.connector.metadata.uid) &&
    name !== connectionSecretNameOf(world.connector)
  );
}
