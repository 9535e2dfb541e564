import { oneTimeCodeSecretNameOf } from '../../../api/defaults.ts';
import type { ProviderError } from '../../../authorization/authorization-response.ts';
import { startUrlOf } from '../../../authorization/consent-urls.ts';
import { quote } from '../../../reconciler/quote.ts';
import { type Action, blocked } from '../../action.ts';
import type { ConnectorInput } from '../../input.ts';
import { type Due, dueReason, dueSentence } from '../../observe/authorization-need.ts';
import { sendability } from '../../observe/record-outcome.ts';

// The consent pages run beside the controllers, in every replica. The two meet in Secrets only: the controller offers
// the one-time code Secret, the pages write the response of the provider to the authorization code Secret.

/** The refusal of a code begins with general words; its cause comes after them. */
export const LONGEST_REFUSAL = 130;

/** The next action until the consent page has stored a code; `undefined` where a code can be sent. */
export function awaitConsent(input: ConnectorInput, due: Due): Action | undefined {
  if (!input.offersPage) {
    return undefined;
  }
  const { name } = input.secrets.authorizationCode;
  const response = responseOf(input);
  switch (response.state) {
    case 'good':
      return undefined;
    case 'foreign':
      return conflict(name);
    case 'unread':
      return { type: 'read-secret', name };
    case 'useless':
      return { type: 'remove-secret', name };
    case 'none':
    case 'error':
      return ask(input, due, response.error);
  }
}

type ResponseState =
  | { readonly state: 'foreign' | 'unread' | 'useless' | 'good' }
  | { readonly state: 'none'; readonly error?: undefined }
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

/** A code that was sent is useless, unless a response proved that it was not processed. */
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
  const { oldOneTimeCode } = input.secrets;
  if (oldOneTimeCode.isOwn) {
    return { type: 'remove-secret', name: oldOneTimeCode.name };
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
  if (refused !== undefined && refused.digest === input.record?.digest) {
    return {
      reason: 'AuthorizationFailed',
      sentence: `The authorization code failed: ${quote(refused.message, LONGEST_REFUSAL)}.`,
    } as const;
  }
  return { reason: dueReason(input, due), sentence: dueSentence(input, due) } as const;
}

function openPage({ connector, settings }: ConnectorInput): string {
  const url = startUrlOf(settings.ownCallbackUrl ?? '', connector.metadata);
  return `Open ${url} with the code in Secret "${oneTimeCodeSecretNameOf(connector)}".`;
}

function conflict(name: string): Action {
  return blocked(
    'Authorized',
    'CodeSecretConflict',
    `Secret "${name}" is needed for the OAuth consent, but the name is already in use. Delete that Secret or use another name for it.`,
  );
}

/** The consent page in status, while a consent is requested. */
export function consentPage(
  input: ConnectorInput,
): { readonly startUrl: string; readonly codeSecretName: string } | undefined {
  const { name, isOwn } = input.secrets.oneTimeCode;
  return input.offersPage && isOwn
    ? {
        startUrl: startUrlOf(input.settings.ownCallbackUrl ?? '', input.connector.metadata),
        codeSecretName: name,
      }
    : undefined;
}

/** Deletes the Secrets of the consent, once the grant works. */
export function tidyConsent({ secrets }: ConnectorInput): Action | undefined {
  const { oneTimeCode, oldOneTimeCode, authorizationCode, consent } = secrets;
  const left = [oneTimeCode, oldOneTimeCode, authorizationCode, consent].find(({ isOwn }) => isOwn);
  return left && { type: 'remove-secret', name: left.name };
}
