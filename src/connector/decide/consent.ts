import type { InfusionsoftConnector } from '../../api/connector.ts';
import {
  apiBaseUrlOf,
  authorizationCodeSecretNameOf,
  connectionSecretNameOf,
  connectorKeyOf,
  consentSecretNameOf,
  oneTimeCodeSecretNameOf,
  scopeOf,
} from '../../api/defaults.ts';
import {
  type AuthorizationResponse,
  CODE_KEY,
  type ProviderError,
  parseResponse,
} from '../../authorization/authorization-response.ts';
import { consentRequestHash } from '../../authorization/consent-request.ts';
import { quote } from '../../reconciler/quote.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import { type Action, blocked } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { type Due, dueReason, dueSentence } from '../observe/authorization-need.ts';
import { recordOf, sendability } from '../observe/record-outcome.ts';
import { type GrantUse, inputsOf, namedGrantUse, textOf } from '../observe/secret-uses.ts';
import { callbackUrlOf } from './desired-instance.ts';

// The consent pages run beside the controllers, in every replica. The two meet in Secrets only: the controller offers
// the enrolment Secret, the pages leave what the provider answered in the grant Secret.

/** The refusal of a code begins with general words; its cause comes after them. */
export const LONGEST_REFUSAL = 130;

/** The Secrets that may exist for a connector while a consent is waited for. */
export function consentSecretNames(connector: InfusionsoftConnector): string[] {
  return [
    oneTimeCodeSecretNameOf(connector),
    authorizationCodeSecretNameOf(connector),
    consentSecretNameOf(connector),
  ];
}

/** Whether a person can give the consent on the operator's own page: its callback URL, and no Secret named for the grant. */
export function offersPage(input: ConnectorInput): boolean {
  const { ownCallbackUrl } = input.settings;
  return (
    ownCallbackUrl !== undefined &&
    callbackUrlOf(input) === ownCallbackUrl &&
    namedGrantUse(input) === undefined
  );
}

/** Where the grant comes from: a Secret that the resource names, else what the consent page received. */
export function grantUse(input: ConnectorInput): GrantUse | undefined {
  return namedGrantUse(input) ?? (offersPage(input) ? pageUse(input) : undefined);
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
export function awaitConsent(input: ConnectorInput, due: Due): Action | undefined {
  if (!offersPage(input)) {
    return undefined;
  }
  const name = authorizationCodeSecretNameOf(input.connector);
  const answer = responseOf(input, input.secrets.get(name) ?? { state: 'absent' });
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
      return ask(input, due, undefined);
    case 'error':
      return ask(input, due, answer.error);
  }
}

type ResponseState =
  | { readonly state: 'none' | 'foreign' | 'unread' | 'useless' | 'good' }
  | { readonly state: 'error'; readonly error: ProviderError };

function responseOf(input: ConnectorInput, fact: SecretFact): ResponseState {
  if (fact.state === 'absent') {
    return { state: 'none' };
  }
  if (!isOurs(input, authorizationCodeSecretNameOf(input.connector))) {
    return { state: 'foreign' };
  }
  if (fact.state === 'unread') {
    return { state: 'unread' };
  }
  const answer = parseResponse(fact.data);
  if (answer === undefined || answer.consent !== currentConsentRequest(input)) {
    return { state: 'useless' };
  }
  return answer.kind === 'error' ? { state: 'error', error: answer.error } : codeState(input, answer);
}

/** A code that was sent is of no use any more, unless it provably was not processed. */
function codeState(
  input: ConnectorInput,
  { code }: Extract<AuthorizationResponse, { kind: 'code' }>,
): ResponseState {
  const { kind } = sendability(input, { value: code, fingerprint: input.fingerprint(code) });
  return { state: kind === 'spent' ? 'useless' : 'good' };
}

/** What the resource asks consent for now. All lasting inputs must have been obtained. */
function currentConsentRequest(input: ConnectorInput): string {
  const { connector, account } = input;
  if (account.state !== 'ready') {
    throw new Error('a consent was judged without an account');
  }
  const connectorKey = connectorKeyOf(connector.spec);
  return consentRequestHash({
    accountUid: account.uid,
    baseUrl: apiBaseUrlOf(account),
    connector: connectorKey,
    server: connectorKey === 'infusionsoftcrm' ? connector.spec.server : undefined,
    clientId: textOf(input, inputsOf(input).clientId),
    callbackUrl: callbackUrlOf(input) ?? '',
    scope: scopeOf(connector.spec),
  });
}

function ask(input: ConnectorInput, due: Due, error: ProviderError | undefined): Action {
  const name = oneTimeCodeSecretNameOf(input.connector);
  const fact = input.secrets.get(name) ?? { state: 'absent' };
  if (name === connectionSecretNameOf(input.connector)) {
    return conflict(name);
  }
  if (fact.state === 'absent') {
    return { type: 'write-one-time-code', name };
  }
  if (!isOurs(input, name)) {
    return conflict(name);
  }
  const { reason, sentence } = consentMessage(input, due, error);
  return blocked('Authorized', reason, `${sentence} ${openPage(input)}`);
}

function consentMessage(input: ConnectorInput, due: Due, error: ProviderError | undefined) {
  const { refused } = input.memory;
  if (error === 'access_denied') {
    return {
      reason: 'AuthorizationDenied',
      sentence: 'OAuth consent was denied at Infusionsoft.',
    } as const;
  }
  if (error !== undefined) {
    return {
      reason: 'AuthorizationFailed',
      sentence: `OAuth consent failed with error "${error}" of Infusionsoft.`,
    } as const;
  }
  if (refused !== undefined && refused.digest === recordOf(input)?.digest) {
    return {
      reason: 'AuthorizationFailed',
      sentence: `The authorization code failed: ${quote(refused.message, LONGEST_REFUSAL)}.`,
    } as const;
  }
  return { reason: dueReason(input, due), sentence: dueSentence(input, due) } as const;
}

function openPage({ connector, settings }: ConnectorInput): string {
  const url = startUrlOf(settings.ownCallbackUrl ?? '', connector);
  return `Open ${url} with the code in Secret "${oneTimeCodeSecretNameOf(connector)}".`;
}

/** The start page of a connector, beside the callback URL. */
function startUrlOf(callbackUrl: string, { metadata }: InfusionsoftConnector): string {
  return new URL(`../connect/${metadata.namespace}/${metadata.name}`, callbackUrl).href;
}

function conflict(name: string): Action {
  return blocked(
    'Authorized',
    'CodeSecretConflict',
    `Secret "${name}" is needed for the OAuth consent, but the name is already in use. Delete that Secret or use another name for it.`,
  );
}

/** What status says of the page while it is waited for. */
export function consentPage(
  input: ConnectorInput,
): { readonly startUrl: string; readonly codeSecretName: string } | undefined {
  const name = oneTimeCodeSecretNameOf(input.connector);
  return offersPage(input) && isOurs(input, name)
    ? { startUrl: startUrlOf(input.settings.ownCallbackUrl ?? '', input.connector), codeSecretName: name }
    : undefined;
}

/** With a grant that works, nothing of a consent may stay behind: neither a code to start one, nor one begun. */
export function tidyConsent(input: ConnectorInput): Action | undefined {
  const name = consentSecretNames(input.connector).find(
    (candidate) => isOurs(input, candidate) && !isNotFound(input, candidate),
  );
  return name === undefined ? undefined : { type: 'remove-secret', name };
}

function isNotFound(input: ConnectorInput, name: string): boolean {
  const fact = input.secrets.get(name);
  return fact === undefined || fact.state === 'absent';
}

/** Made by the operator for a consent of this very resource; a connection Secret of the same name is not. */
function isOurs(input: ConnectorInput, name: string): boolean {
  const fact = input.secrets.get(name);
  return (
    fact !== undefined &&
    fact.state !== 'absent' &&
    fact.owners.includes(input.connector.metadata.uid) &&
    name !== connectionSecretNameOf(input.connector)
  );
}
