import { PROBE_INTERVAL_MS } from '../../reconciler/backoff.ts';
import { quote } from '../../reconciler/quote.ts';
import type { Retry } from '../../reconciler/retry.ts';
import type { AccountAction } from '../action.ts';
import { failedCall } from '../action-log.ts';
import type { AccountInput } from '../input.ts';
import { blocked, secretInWords, unauthorized } from './blocked.ts';

/** The cause of a failed connection comes after the name of the proxy. */
const LONGEST_CAUSE = 138;

/** What a call of Open Connectors that failed means for the account. */
export function afterFailure(input: AccountInput): AccountAction | undefined {
  const failure = failedCall(input.log);
  if (failure === undefined) {
    return undefined;
  }
  const { error } = failure;
  const backoff: Retry = { kind: 'backoff', retryAfterMs: error.retryAfterMs };
  switch (error.class) {
    case 'unauthorized':
      return blocked(input, 'AccountUnauthorized', unauthorized(input), {
        kind: 'at',
        time: input.now + PROBE_INTERVAL_MS,
      });
    case 'forbidden':
      return blocked(
        input,
        'AccountForbidden',
        `The user in ${secretInWords(input)} has no permission to ${failure.type === 'list' ? 'list instances' : 'read the organization'} (403). Grant it the admin role in Open Connectors.`,
        { kind: 'at', time: input.now + PROBE_INTERVAL_MS },
      );
    case 'throttled':
      return blocked(
        input,
        'Throttled',
        'Open Connectors throttles the account (429). Wait for the next attempt.',
        backoff,
      );
    case 'unexpected':
    case 'not-found':
    case 'invalid':
      return blocked(
        input,
        'UnexpectedAnswer',
        `Unexpected response from spec.baseUrl: ${quote(error.message)}. Check the URL.`,
        backoff,
      );
    case 'unavailable':
    case 'ambiguous':
      return blocked(
        input,
        'AccountUnreachable',
        `${quote(error.message, LONGEST_CAUSE)}. Check spec.baseUrl, DNS and proxy.`,
        backoff,
      );
  }
}
