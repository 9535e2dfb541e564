import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAccount } from '../../../../src/account/decide/decide.ts';
import type { AccountInput } from '../../../../src/account/input.ts';
import { ACCOUNT_RULES } from '../../../../src/api/validation/account-rules.ts';
import { CONNECTOR_RULES } from '../../../../src/api/validation/connector-rules.ts';
import type { Violation } from '../../../../src/api/validation/validate.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { summarize } from '../../../../src/connector/report/summarize.ts';
import { LONGEST_MESSAGE as LONGEST_REMOTE } from '../../../../src/openconnectors/errors/clean-message.ts';
import { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import { account, accountWorld, OPEN } from '../../../support/builders/account.ts';
import { ERROR_CLASSES, inputChanges } from '../../../support/builders/arbitraries.ts';
import { CALLBACK, connector } from '../../../support/builders/connector.ts';
import { type InputChange, input } from '../../../support/builders/input.ts';
import { faultsOfLimits, isComplete } from '../../../support/builders/message-limits.ts';
import { secretAbsent, secretRead, secretUnread, VALUES } from '../../../support/builders/secrets.ts';
import { at, NOW } from '../../../support/builders/time.ts';

/** The longest text that an error of Open Connectors may carry: several sentences in two lines. */
const REMOTE =
  `Open Connectors rejected the request (HTTP 400): ${'It failed.\nTry later! Why? '.repeat(20)}`.slice(
    0,
    48 + LONGEST_REMOTE,
  );

const violations: readonly Violation[] = [
  ...[...CONNECTOR_RULES, ...ACCOUNT_RULES].map(({ at: path, fieldPath = '', message }) => ({
    path: `${path}${fieldPath}`,
    message,
  })),
  { path: 'spec.oauth.authorizationCodeSecretRef.name', message: 'must be at most 253 characters long' },
];

/** The change with remote texts of the greatest length. */
function withLongTexts({ memory, log, ...change }: InputChange): InputChange {
  const failure = log?.failure;
  return {
    ...change,
    memory: { ...memory, refused: memory?.refused && { ...memory.refused, message: REMOTE } },
    log: {
      ...log,
      failure: failure && {
        // The action with the longest name.
        type: failure.type === 'patch' ? 'enable' : failure.type,
        error: new RemoteError(failure.error.class, REMOTE, { status: 400, source: failure.error.source }),
      },
    },
  };
}

/** The change where the consent page is offered. */
function withPage(change: InputChange): InputChange {
  const subject = change.connector ?? connector();
  const { clientSecretRef } = subject.spec.oauth;
  return {
    ...change,
    settings: { ...change.settings, ownCallbackUrl: CALLBACK },
    connector: { ...subject, spec: { ...subject.spec, oauth: { clientSecretRef } } },
  };
}

/** The change where every field of the configuration differs. */
function withConfiguration(change: InputChange): InputChange {
  const subject = change.connector ?? connector();
  const configuration = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`key.${index}`, 'value']),
  );
  const instance = { ...subject.spec.instance, name: 'Other', tags: ['mine'], configuration };
  const extraConfigurationKeys = Object.keys(configuration);
  return {
    ...change,
    settings: { ...change.settings, extraConfigurationKeys },
    connector: { ...subject, spec: { ...subject.spec, instance } },
  };
}

/** The change where the fallback credentials do not work either. */
function withoutFallback(change: InputChange): InputChange {
  return { ...change, log: { ...change.log, fallback: 'refused' } };
}

const inputs: fc.Arbitrary<ConnectorInput> = fc
  .tuple(
    inputChanges,
    fc.constantFrom((change: InputChange) => change, withPage, withConfiguration, withoutFallback),
    fc.option(fc.constantFrom(...violations), { nil: undefined, freq: 5 }),
  )
  .map(([change, vary, violation]) => {
    const observed = input(withLongTexts(vary(change)));
    return violation === undefined ? observed : { ...observed, violations: [violation, ...violations] };
  });

/** Every message of the status that follows from `state`, with the result's own. */
function messagesOf(state: ConnectorInput): string[] {
  const action = decide(state);
  if (action.type !== 'finish' || (action.result.kind !== 'blocked' && action.result.kind !== 'ready')) {
    return [];
  }
  const { conditions = [] } = summarize(state, action.result, 0.5);
  return [action.result.message, ...conditions.map(({ message }) => message)];
}

const accountInputs: fc.Arbitrary<AccountInput> = fc
  .record({
    deleted: fc.boolean(),
    baseUrl: fc.constantFrom(account().spec.baseUrl, 'https://evil.example.com', 'no URL'),
    secret: fc.constantFrom(
      secretAbsent,
      secretUnread(),
      secretRead({ userSecret: VALUES.userSecret }),
      secretRead({ userSecret: '', organizationSecret: VALUES.organizationSecret }),
      secretRead({ userSecret: 'two\nlines', organizationSecret: 'x' }),
    ),
    session: fc.constantFrom<AccountInput['session']>({ state: 'none' }, OPEN),
    users: fc.constantFrom(
      [],
      ['crm'],
      Array.from({ length: 60 }, (_, index) => `crm-${index}`),
    ),
    failure: fc.option(
      fc.record({
        action: fc.constantFrom('verify' as const, 'list' as const),
        error: fc
          .constantFrom(...ERROR_CLASSES)
          .map((name) => new RemoteError(name, REMOTE, { status: 400 })),
      }),
      { nil: undefined },
    ),
  })
  .map(({ deleted, baseUrl, failure, ...change }) =>
    accountWorld({
      ...change,
      now: NOW,
      account: account({ spec: { baseUrl }, metadata: { ...(deleted && { deletionTimestamp: at(0) }) } }),
      done: { failure },
    }),
  );

/** The reasons whose messages a connector shows as they are. */
const SHOWN_AS_IS = ['AccountUnauthorized', 'HostNotAllowed'];

function faultsOf(message: string): string[] {
  return [...faultsOfLimits(message), ...(isComplete(message) ? [] : ['no full stop'])].map(
    (fault) => `${fault}: ${message}`,
  );
}

describe('a message of a connector', () => {
  it('has at most two sentences and 200 characters without names and URLs', () => {
    const messages = new Set(fc.sample(inputs, { numRuns: 5_000, seed: 1 }).flatMap(messagesOf));
    expect(messages.size).toBeGreaterThan(60);
    expect([...messages].flatMap(faultsOf)).toEqual([]);
  });
});

describe('a message of an account', () => {
  it('keeps the limits, also with the name of the account in front of it', () => {
    const results = fc.sample(accountInputs, { numRuns: 4_000, seed: 1 }).map(decideAccount);
    const messages = new Set(
      results.flatMap((action) =>
        action.type === 'finish' && action.result.kind === 'blocked'
          ? [
              action.result.message,
              ...(SHOWN_AS_IS.includes(action.result.reason)
                ? []
                : [`Account "sap" is not ready: ${action.result.message}`]),
            ]
          : [],
      ),
    );
    expect(messages.size).toBeGreaterThan(20);
    expect([...messages].flatMap(faultsOf)).toEqual([]);
  });
});

describe('the limits', () => {
  const name = 'n'.repeat(300);

  it.each([
    ['a long name', `Secret "${name}" (spec.encryptedKeySecretRef) not found. Create it with key "k".`],
    ['a long URL', `Waiting for OAuth consent. Open https://${name}/connect with the code in Secret "c".`],
    ['a command', `Waiting for OAuth consent. Run: kubectl openconnectors authorize ${name} -n ${name}`],
  ])('leave out %s', (_what, message) => {
    expect(faultsOf(message)).toEqual([]);
  });

  it.each([
    ['a long text', `${'word '.repeat(40)}end.`, 1],
    ['three sentences', 'The call failed. It is repeated. Wait.', 1],
    ['a text without a full stop', 'The call failed', 1],
  ])('find %s', (_what, message, count) => {
    expect(faultsOf(message)).toHaveLength(count);
  });
});
