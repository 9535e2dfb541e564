import { describe } from 'vitest';
import type { RemoteErrorClass } from '../../../../src/openconnectors/errors/remote-error.ts';
import { PROBE_INTERVAL_MS } from '../../../../src/reconciler/backoff.ts';
import { remoteError, settledInput } from '../../../support/builders/input.ts';
import { NOW } from '../../../support/builders/time.ts';
import { blockedBy, decides, type Row } from './table.ts';

const backoff = { kind: 'backoff', retryAfterMs: undefined } as const;
const ACCOUNT_HINT = "Cannot update the instance: Because. Check the account's spec.baseUrl.";

/** Every class of error, on a action that is no ping. */
const ANSWERS: { readonly [Class in RemoteErrorClass]: Pick<Row, 'because' | 'action'> } = {
  unauthorized: {
    because: "the account's credentials are the ones that every such call carries",
    action: blockedBy(
      'AccountReady',
      'AccountUnauthorized',
      'Account "sap" rejected the credentials (401). Update the Secret of the account.',
      'any',
    ),
  },
  forbidden: {
    because: 'a privilege is missing, which only a person can give',
    action: blockedBy(
      'AccountReady',
      'AccountForbidden',
      'Cannot update the instance: Because. Grant the user the required role.',
      { kind: 'at', time: NOW + PROBE_INTERVAL_MS },
    ),
  },
  invalid: {
    because: 'the same request would be refused again, so that it is not sent again',
    action: blockedBy(
      'Synced',
      'RemoteRejected',
      'Cannot update the instance: Because. Correct the spec or its Secrets.',
    ),
  },
  throttled: {
    because: 'it passes by itself, and the number that the remote side named is no news for people',
    action: blockedBy(
      'Synced',
      'Throttled',
      'Open Connectors throttles the account (429). Wait for the next attempt.',
      backoff,
    ),
  },
  unavailable: {
    because: 'repeating is harmless',
    action: blockedBy(
      'Synced',
      'RemoteError',
      'Cannot update the instance: Open Connectors is unavailable. Wait for the next attempt.',
      backoff,
    ),
  },
  ambiguous: {
    because: 'what was lost is looked for by the next reconcile',
    action: blockedBy(
      'Synced',
      'RemoteError',
      'The outcome of the call to update the instance is unknown. Wait for the next attempt.',
      backoff,
    ),
  },
  'not-found': {
    because: 'something was deleted in this very moment; the next reconcile sees it',
    action: blockedBy(
      'Synced',
      'RemoteError',
      'Cannot update the instance: Open Connectors responded with 404. Wait for the next attempt.',
      backoff,
    ),
  },
  unexpected: {
    because: 'a gateway or proxy may answer in place of the API',
    action: blockedBy('Synced', 'UnexpectedAnswer', ACCOUNT_HINT, backoff),
  },
};

const classes = Object.keys(ANSWERS) as RemoteErrorClass[];

describe('a call that failed', () => {
  decides(
    classes.map((name) => ({
      name,
      ...ANSWERS[name],
      input: settledInput({
        log: {
          failure: { type: 'patch', error: remoteError(name, 'Because.') },
        },
      }),
    })),
  );
});

describe('a call through the instance that failed', () => {
  decides(
    classes
      .filter((name) => name !== 'throttled')
      .map((name) => ({
        name,
        because: 'the account works, so that the way from the instance to Infusionsoft is to be checked',
        input: settledInput({
          log: {
            failure: {
              type: 'ping',
              error: remoteError(name, 'Because.', { status: 502 }),
            },
          },
        }),
        action: blockedBy(
          'Ready',
          'InstanceNotAnswering',
          'A test call through the instance failed: Because. Check Infusionsoft and spec.server.',
          backoff,
        ),
      })),
  );
  decides([
    {
      name: 'of infusionsoftrest',
      because: 'it has neither spec.server nor an Encrypted Key',
      input: settledInput({
        connector: {
          spec: { connector: 'infusionsoftrest', server: undefined, encryptedKeySecretRef: undefined },
        },
        log: { failure: { type: 'ping', error: remoteError('invalid', 'Because.', { status: 400 }) } },
      }),
      action: blockedBy(
        'Ready',
        'InstanceNotAnswering',
        'A test call through the instance failed: Because. Check the status of Infusionsoft.',
        backoff,
      ),
    },
    {
      name: 'without a response',
      because:
        'Open Connectors was not reached, so that nothing is known about Infusionsoft and the instance',
      input: settledInput({
        log: {
          failure: { type: 'ping', error: remoteError('unavailable', 'ECONNREFUSED', { processed: 'no' }) },
        },
      }),
      action: blockedBy(
        'Ready',
        'InstanceNotAnswering',
        'Cannot make a call through the instance: Open Connectors is unavailable. Wait for the next attempt.',
        backoff,
      ),
    },
    {
      name: 'throttled',
      because: 'that is a matter of the account, not of the instance',
      input: settledInput({
        log: { failure: { type: 'ping', error: remoteError('throttled') } },
      }),
      action: blockedBy(
        'Synced',
        'Throttled',
        'Open Connectors throttles the account (429). Wait for the next attempt.',
        backoff,
      ),
    },
  ]);
});

describe('a 429', () => {
  decides([
    {
      name: 'that Open Connectors forwards from Infusionsoft',
      because: 'the limit of the provider is another than that of the account',
      input: settledInput({
        log: {
          failure: { type: 'search', error: remoteError('throttled', 'Because.', { source: 'provider' }) },
        },
      }),
      action: blockedBy(
        'Synced',
        'Throttled',
        'Infusionsoft throttles calls through the instance (429). Wait for the next attempt.',
        backoff,
      ),
    },
  ]);
});

describe('what a failure comes before', () => {
  const failure = {
    type: 'search',
    error: remoteError('throttled', 'Because.', { status: 429, retryAfterMs: 7_000 }),
  } as const;
  decides([
    {
      name: 'Retry-After',
      because: 'the remote side says when it will listen again',
      input: settledInput({ log: { failure } }),
      action: blockedBy(
        'Synced',
        'Throttled',
        'Open Connectors throttles the account (429). Wait for the next attempt.',
        { kind: 'backoff', retryAfterMs: 7_000 },
      ),
    },
    {
      name: 'an instance that is not known',
      because: 'no further call is made in a reconcile after one failed',
      input: settledInput({ log: { failure }, instances: [] }),
      action: blockedBy(
        'Synced',
        'Throttled',
        'Open Connectors throttles the account (429). Wait for the next attempt.',
        { kind: 'backoff', retryAfterMs: 7_000 },
      ),
    },
  ]);
});
