import { accountNameOf } from '../../api/defaults.ts';
import type { RemoteErrorClass } from '../../openconnectors/errors/remote-error.ts';
import { PROBE_INTERVAL_MS } from '../../reconciler/backoff.ts';
import type { Retry } from '../../reconciler/retry.ts';
import { type Action, blocked } from '../action.ts';
import { failedCall } from '../action-log.ts';
import { ACTION_WORDS } from '../action-words.ts';
import type { ConnectorInput } from '../input.ts';

function accountInWords({ connector }: ConnectorInput): string {
  const name = accountNameOf(connector.spec);
  return name === undefined ? "the operator's default account" : `OpenConnectorsAccount "${name}"`;
}

/** What a remote call that failed in this pass means for the resource. */
export function afterFailure(input: ConnectorInput): Action | undefined {
  const failure = failedCall(input.log);
  if (failure === undefined) {
    return undefined;
  }
  const { error } = failure;
  const action = ACTION_WORDS[failure.type];
  const backoff: Retry = { kind: 'backoff', retryAfterMs: error.retryAfterMs };
  if (failure.type === 'ping' && error.class !== 'throttled') {
    return blocked(
      'Ready',
      'InstanceNotAnswering',
      `A call through the instance fails: ${error.message}. Check spec.server and the encrypted key, and whether Infusionsoft answers; the operator tries again.`,
      backoff,
    );
  }
  const answers: Record<RemoteErrorClass, () => Action> = {
    unauthorized: () =>
      blocked(
        'AccountReady',
        'AccountUnauthorized',
        `Open Connectors does not accept the credentials of ${accountInWords(input)} any more. Store working ones in the Secret that it names; the operator tries them at once.`,
        backoff,
      ),
    forbidden: () =>
      blocked(
        'AccountReady',
        'AccountForbidden',
        `Open Connectors forbids to ${action}: ${error.message}. Give the user of the account the role that may do this, or use the secrets of a user who has it.`,
        // A role that is granted at the remote side tells nobody here.
        { kind: 'at', time: input.now + PROBE_INTERVAL_MS },
      ),
    invalid: () =>
      blocked(
        'Synced',
        'RemoteRejected',
        `Open Connectors refused to ${action}: ${error.message}. Correct what it names in the resource or its Secrets.`,
      ),
    throttled: () =>
      blocked(
        'Synced',
        'Throttled',
        error.source === 'provider'
          ? 'Infusionsoft limits the calls through this instance (429). The operator tries again later.'
          : 'Open Connectors asks for fewer requests; the operator tries again later.',
        backoff,
      ),
    unavailable: () =>
      blocked(
        'Synced',
        'RemoteError',
        `Open Connectors could not be reached to ${action}; the operator tries again.`,
        backoff,
      ),
    ambiguous: () =>
      blocked(
        'Synced',
        'RemoteError',
        `The answer to the attempt to ${action} was lost; the operator tries again.`,
        backoff,
      ),
    'not-found': () =>
      blocked(
        'Synced',
        'RemoteError',
        `Open Connectors knows nothing to ${action}: ${error.message}.`,
        backoff,
      ),
    unexpected: () =>
      blocked(
        'Synced',
        'UnexpectedAnswer',
        `The answer of Open Connectors to the attempt to ${action} could not be understood: ${error.message}. Check that the account's baseUrl is that of the API.`,
        backoff,
      ),
  };
  return answers[error.class]();
}
