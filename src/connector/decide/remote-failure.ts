import { accountNameOf, elementKeyOf } from '../../api/defaults.ts';
import type { RemoteErrorClass } from '../../openconnectors/errors/remote-error.ts';
import { LEGACY_ELEMENT } from '../../provider/elements.ts';
import { PROBE_INTERVAL_MS } from '../../reconciler/backoff.ts';
import { quote } from '../../reconciler/quote.ts';
import type { Retry } from '../../reconciler/retry.ts';
import { type Action, blocked } from '../action.ts';
import { failedCall } from '../action-log.ts';
import { ACTION_WORDS } from '../action-words.ts';
import { isDoubted } from '../authorization-state.ts';
import type { ConnectorInput } from '../input.ts';

/** The account of the resource, for the start of a sentence. */
export function accountInWords({ connector }: ConnectorInput): string {
  const name = accountNameOf(connector.spec);
  return name === undefined ? 'The default account' : `Account "${name}"`;
}

/** So many failures in a row are more than a short failure of Open Connectors. */
const LASTING_FAILURES = 3;

/**
 * Whether Open Connectors has been unable to make the call through the instance for some attempts, without a word about
 * the provider: it is judged like an outage then.
 */
export function isLastingFailure({ connector, log }: ConnectorInput): boolean {
  const failure = failedCall(log);
  const { count = 0, lastReason } = connector.status?.failures ?? {};
  return (
    failure?.type === 'ping' &&
    failure.error.class === 'unavailable' &&
    (isDoubted(connector) || (lastReason === 'InstanceNotAnswering' && count >= LASTING_FAILURES))
  );
}

/** What a failed call of Open Connectors means for the resource. */
export function afterFailure(input: ConnectorInput): Action | undefined {
  const failure = failedCall(input.log);
  if (failure === undefined) {
    return undefined;
  }
  const { error } = failure;
  const action = ACTION_WORDS[failure.type];
  const backoff: Retry = { kind: 'backoff', retryAfterMs: error.retryAfterMs };
  const unavailable = `Cannot ${action}: Open Connectors is unavailable. Wait for the next attempt.`;
  if (failure.type === 'ping' && error.class !== 'throttled') {
    if (isLastingFailure(input)) {
      return undefined;
    }
    const isSent = error.processed !== 'no';
    const failed = `A test call through the instance failed: ${quote(error.message)}. ${whatToCheck(input)}`;
    return blocked('Ready', 'InstanceNotAnswering', isSent ? failed : unavailable, backoff);
  }
  const answers: Record<RemoteErrorClass, () => Action> = {
    unauthorized: () =>
      blocked(
        'AccountReady',
        'AccountUnauthorized',
        `${accountInWords(input)} rejected the credentials (401). Update the Secret of the account.`,
        backoff,
      ),
    forbidden: () =>
      blocked(
        'AccountReady',
        'AccountForbidden',
        `Cannot ${action}: ${quote(error.message)}. Grant the user the required role.`,
        // No watch shows that a role was granted in Open Connectors.
        { kind: 'at', time: input.now + PROBE_INTERVAL_MS },
      ),
    invalid: () =>
      blocked(
        'Synced',
        'RemoteRejected',
        `Cannot ${action}: ${quote(error.message)}. Correct the spec or its Secrets.`,
      ),
    throttled: () =>
      blocked(
        'Synced',
        'Throttled',
        error.source === 'provider'
          ? 'Infusionsoft throttles calls through the instance (429). Wait for the next attempt.'
          : 'Open Connectors throttles the account (429). Wait for the next attempt.',
        backoff,
      ),
    unavailable: () => blocked('Synced', 'RemoteError', unavailable, backoff),
    ambiguous: () =>
      blocked(
        'Synced',
        'RemoteError',
        `The outcome of the call to ${action} is unknown. Wait for the next attempt.`,
        backoff,
      ),
    'not-found': () =>
      blocked(
        'Synced',
        'RemoteError',
        `Cannot ${action}: Open Connectors responded with 404. Wait for the next attempt.`,
        backoff,
      ),
    unexpected: () =>
      blocked(
        'Synced',
        'UnexpectedAnswer',
        `Cannot ${action}: ${quote(error.message)}. Check the account's spec.baseUrl.`,
        backoff,
      ),
  };
  return answers[error.class]();
}

/** What lies between the instance and a response of Infusionsoft. */
function whatToCheck({ connector: { spec } }: ConnectorInput): string {
  return elementKeyOf(spec) === LEGACY_ELEMENT
    ? 'Check Infusionsoft and spec.server.'
    : 'Check the status of Infusionsoft.';
}
