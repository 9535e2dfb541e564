import { conditionOf } from '../../../api/condition.ts';
import { isObserved } from '../../../api/defaults.ts';
import type { Instance } from '../../../openconnectors/port.ts';
import { jitterOffsetOf } from '../../../reconciler/jitter-offset.ts';
import { type Action, blocked } from '../../action.ts';
import {
  isAccountVerified,
  isAuthorized,
  isEnabledSet,
  isPingRepeated,
  isReconfigured,
  latestPatch,
} from '../../action-log.ts';
import { asksForConsent, isDoubted } from '../../authorization-state.ts';
import type { ConnectorInput } from '../../input.ts';
import { carriesSecret, difference, secretConfiguration } from '../desired-instance.ts';
import { lastingInputs, obtain } from '../obtain-secrets.ts';
import { authorize, clientChanged, reauthorizationRequested } from './authorize.ts';
import {
  type Cause,
  causeOf,
  type Failure,
  hasWorkedSince,
  isAnyWorking,
  nextPeerToPing,
} from './evidence.ts';
import { hasLegacyApiEnded, legacyApiEnded } from './legacy-api-end.ts';
import { nextOutagePingAt, nextPingAt } from './ping-time.ts';

/** While nothing works, about one disabled instance of an account is enabled in this time to find out. */
const PROBE_SLOT_MS = 60 * 60_000;

/** With fewer others, each disabled instance is enabled once: two that fail for different causes look like an outage. */
const FEW = 5;

/**
 * What follows from a failing call through the instance, or from an instance that Open Connectors disabled: nothing before
 * the account was verified, other instances were called, and the call was repeated.
 */
export function judgeFailure(input: ConnectorInput, instance: Instance, failure: Failure): Action {
  if (!isAccountVerified(input.log)) {
    return { type: 'verify-account', id: instance.id };
  }
  if (hasLegacyApiEnded(input)) {
    return legacyApiEnded({ kind: 'at', time: nextPingAt(input) });
  }
  if ((asksForConsent(input.connector) && !isAuthorized(input.log)) || clientChanged(input)) {
    return askAgain(input, instance);
  }
  const patch =
    latestPatch(input.log) !== undefined || failure === 'disabled' ? undefined : difference(input, instance);
  if (patch !== undefined && carriesSecret(patch)) {
    // The new client_secret or Encrypted Key may be what makes it work.
    return { type: 'patch', id: instance.id, patch, reason: 'Updated' };
  }
  const peer = nextPeerToPing(input);
  if (peer !== undefined) {
    return { type: 'ping-peer', uid: peer.uid, token: peer.token };
  }
  return (
    callAgain(input, instance, failure) ??
    unverified(input, instance, failure) ??
    conclude(input, instance, failure)
  );
}

/**
 * Another instance may work because the outage ended after the call through this one. So the call is made once more, before
 * it follows from the others that only this one fails.
 */
function callAgain(input: ConnectorInput, { id, token }: Instance, failure: Failure): Action | undefined {
  return token !== undefined &&
    isDoubted(input.connector) &&
    isComparable(failure) &&
    !isPingRepeated(input.log) &&
    hasWorkedSince(input)
    ? { type: 'ping', id, token }
    : undefined;
}

/** Whether what other instances show says what the failure concerns. A disabled instance has not been called. */
function isComparable(failure: Failure): boolean {
  return failure !== 'outage' && failure !== 'disabled';
}

/** A user is asked already. A call at intervals shows whether it was not the grant after all. */
function askAgain(input: ConnectorInput, instance: Instance): Action {
  const action = authorize(input, { why: 'revoked', instance });
  return action.type === 'finish' &&
    action.result.kind === 'blocked' &&
    action.result.retry.kind === 'on-change'
    ? { ...action, result: { ...action.result, retry: { kind: 'at', time: nextPingAt(input) } } }
    : action;
}

/** The first failure, or the first one while others work again, until the call was repeated. */
function unverified(input: ConnectorInput, { id }: Instance, failure: Failure): Action | undefined {
  const { connector, now, settings, log } = input;
  const isFirst = isAuthorized(log) || !isDoubted(connector) || isOverForOthers(input, failure);
  const { lastReason, nextAttemptAt } = connector.status?.failures ?? {};
  const waitMs = lastReason === 'AuthorizationUnverified' ? Date.parse(nextAttemptAt ?? '') - now : 0;
  const isWaiting = isUnverified(input) && waitMs > 0 && waitMs <= settings.authorizationRecheckMs + 1_000;
  // An instance that was enabled again in this reconcile has been called for the second time.
  if (!isFirst && (!isWaiting || isEnabledSet(log))) {
    return undefined;
  }
  const what =
    failure === 'disabled'
      ? `Open Connectors disabled instance ${id}`
      : `A test call through instance ${id} failed`;
  return blocked(
    'Authorized',
    'AuthorizationUnverified',
    `${what}; the cause is not verified. Wait for the next check.`,
    { kind: 'backoff', retryAfterMs: isFirst ? settings.authorizationRecheckMs : waitMs },
  );
}

/** An outage does not end for all at the same moment, so that a failure right after it proves nothing yet. */
function isOverForOthers(input: ConnectorInput, failure: Failure): boolean {
  return isUnavailable(input) && isComparable(failure) && !isEnabledSet(input.log) && isAnyWorking(input);
}

function isUnavailable({ connector }: ConnectorInput): boolean {
  return conditionOf(connector, 'Authorized')?.reason === 'ProviderUnavailable';
}

function isUnverified({ connector }: ConnectorInput): boolean {
  return conditionOf(connector, 'Authorized')?.reason === 'AuthorizationUnverified';
}

function conclude(input: ConnectorInput, instance: Instance, failure: Failure): Action {
  const cause = causeOf(input, failure);
  if (failure === 'disabled' && mayEnable(input, cause)) {
    return { type: 'enable', id: instance.id, enabled: true };
  }
  if (cause === 'grant') {
    return authorize(input, { why: 'revoked', instance });
  }
  const resend = cause === 'client' && failure !== 'disabled' ? sendSecretsAgain(input, instance) : undefined;
  if (resend !== undefined) {
    return resend;
  }
  if (reauthorizationRequested(input)) {
    return authorize(input, { why: 'revoked', instance });
  }
  const retry = { kind: 'at', time: nextOutagePingAt(input) } as const;
  return cause === 'provider'
    ? blocked(
        'Authorized',
        'ProviderUnavailable',
        `Infusionsoft is unavailable for calls through instance ${instance.id}. Wait until it recovers; no consent is required.`,
        retry,
      )
    : blocked(
        'Authorized',
        'OAuthClientRejected',
        `Infusionsoft rejects the OAuth app in Secret "${input.connector.spec.oauth.clientSecretRef.name}" (spec.oauth.clientSecretRef). Correct the app at Keap, or the Secret.`,
        retry,
      );
}

/**
 * Before the OAuth client is called rejected, the values of the Secrets are sent once more: an update that was given up may
 * have been processed late, after a newer one.
 */
function sendSecretsAgain(input: ConnectorInput, { id }: Instance): Action | undefined {
  const isJudged = conditionOf(input.connector, 'Authorized')?.reason === 'OAuthClientRejected';
  if (isJudged || isReconfigured(input.log) || isObserved(input.connector.spec)) {
    return undefined;
  }
  return (
    obtain(input, lastingInputs(input), true) ?? {
      type: 'patch',
      id,
      patch: { configuration: secretConfiguration(input) },
      reason: 'Updated',
    }
  );
}

/**
 * Whether an instance that Open Connectors disabled is enabled again: once when the outage is over or others were not
 * concerned, and as one of a few that find out whether it is over. Disabled, it would count against its client_id.
 */
function mayEnable(input: ConnectorInput, cause: Cause): boolean {
  if (isEnabledSet(input.log)) {
    return false;
  }
  const worksElsewhere = isAnyWorking(input);
  return (
    cause === 'grant' ||
    isReconfigured(input.log) ||
    (worksElsewhere && isUnavailable(input)) ||
    (isUnverified(input) && (worksElsewhere || input.peers.length < FEW)) ||
    ((cause === 'client' || !worksElsewhere) && isProbe(input))
  );
}

/** Each instance has its turn among those of the account; without others it always has. */
function isProbe({ connector, now, peers }: ConnectorInput): boolean {
  const count = peers.length + 1;
  const turn = Math.floor(jitterOffsetOf(connector.metadata.uid) * count);
  return Math.floor(now / PROBE_SLOT_MS) % count === turn;
}
