import type { InfusionsoftConnector } from '../../api/connector.ts';
import { oneTimeCodeSecretNameOf } from '../../api/defaults.ts';
import type { ProviderError } from '../../authorization/authorization-response.ts';
import { ONE_TIME_CODE_KEY } from '../../authorization/one-time-code.ts';
import { type Action, blocked } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { type Due, dueReason, dueSentence } from '../observe/authorization-need.ts';
import { sendability } from '../observe/record-outcome.ts';

// The consent pages run beside the controllers, in every replica. The two meet in Secrets only: the controller offers
// the enrolment Secret, the pages leave what the provider answered in the grant Secret.

/** What stands between the resource and a code from the consent page; `undefined` when there is one to be sent. */
export function awaitConsent(input: ConnectorInput, due: Due): Action | undefined {
  if (!input.offersPage) {
    return undefined;
  }
  const { name } = input.secrets.authorizationCode;
  const answer = responseOf(input);
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

function responseOf(input: ConnectorInput): ResponseState {
  const { fact, isOwn, response, isCurrent } = input.secrets.authorizationCode;
  if (fact.state === 'absent') {
    return { state: 'none' };
  }
  if (!isOwn) {
    return { state: 'foreign' };
  }
  if (fact.state === 'unread') {
    return { state: 'unread' };
  }
  if (response === undefined || !isCurrent) {
    return { state: 'useless' };
  }
  return response.kind === 'error' ? { state: 'error', error: response.error } : codeState(input);
}

/** A code that was sent is of no use any more, unless it provably was not processed. */
function codeState(input: ConnectorInput): ResponseState {
  const match = input.secrets.grant?.match;
  const isSpent = match !== undefined && sendability(input, match).kind === 'spent';
  return { state: isSpent ? 'useless' : 'good' };
}

function ask(input: ConnectorInput, due: Due, error: ProviderError | undefined): Action {
  const { name, fact, isOwn } = input.secrets.oneTimeCode;
  if (name === input.secrets.connection.name) {
    return conflict(name);
  }
  if (fact.state === 'absent') {
    return { type: 'write-one-time-code', name };
  }
  if (!isOwn) {
    return conflict(name);
  }
  const { reason, sentence } = consentMessage(input, due, error);
  return blocked('Authorized', reason, `${sentence} ${instructions(input)}`);
}

function consentMessage(input: ConnectorInput, due: Due, error: ProviderError | undefined) {
  const { refused } = input.memory;
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
  if (refused !== undefined && refused.digest === input.record?.digest) {
    return {
      reason: 'AuthorizationFailed',
      sentence: `The code of the last consent was refused (${refused.message}). Check client_id, client_secret and callback URL against the OAuth app at Keap, then allow access again.`,
    } as const;
  }
  return { reason: dueReason(input, due), sentence: dueSentence(input, due) } as const;
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
  input: ConnectorInput,
): { readonly startUrl: string; readonly codeSecretName: string } | undefined {
  const { name, isOwn } = input.secrets.oneTimeCode;
  return input.offersPage && isOwn
    ? { startUrl: startUrlOf(input.settings.ownCallbackUrl ?? '', input.connector), codeSecretName: name }
    : undefined;
}

/** With a grant that works, nothing of a consent may stay behind: neither a code to start one, nor one begun. */
export function tidyConsent({ secrets }: ConnectorInput): Action | undefined {
  const left = [secrets.oneTimeCode, secrets.authorizationCode, secrets.consent].find(({ isOwn }) => isOwn);
  return left && { type: 'remove-secret', name: left.name };
}
