import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../../src/api/condition.ts';
import { REASON_NAMES, type Reason, reason } from '../../../../src/api/reasons.ts';
import { eventsOf } from '../../../../src/reconciler/events.ts';
import { condition } from '../../../support/builders/connector.ts';

const failed = (name: Reason): Condition[] => [condition('Ready', 'False', name)];
const ready = [
  condition('Ready', 'True', 'Succeeded', { message: 'Instance 1 is authorized and up to date.' }),
];
const reasonsOf = (before: readonly Condition[], after: readonly Condition[]): string[] =>
  eventsOf([], before, after).map(({ reason: name }) => name);

describe('the events of a reconcile', () => {
  it('report a new reason once, although several conditions carry it', () => {
    const after = [
      condition('Ready', 'False', 'SecretInvalid'),
      condition('SecretsResolved', 'False', 'SecretInvalid'),
      condition('Stalled', 'True', 'SecretInvalid'),
    ];
    expect(eventsOf([], [], after)).toEqual([
      { type: 'Warning', reason: 'SecretInvalid', message: 'Ready is False.' },
    ]);
  });

  it('are none when only a message, a time or a generation changed', () => {
    const after = [
      condition('Ready', 'False', 'RemoteError', {
        message: 'other words',
        observedGeneration: 9,
        lastTransitionTime: '2030-01-01T00:00:00Z',
      }),
    ];
    expect(reasonsOf(failed('RemoteError'), after)).toEqual([]);
  });

  it('are one Normal event with the first action as its reason and all that was done as its message', () => {
    const actions = [
      { reason: 'Created' as const, message: 'Created instance 1.' },
      { reason: 'ConnectionSecretWritten' as const, message: 'Wrote Secret "crm-connection".' },
    ];
    const after = [...ready, condition('Authorized', 'True', 'Authorized', { message: 'The grant works.' })];
    expect(eventsOf(actions, [], after)).toEqual([
      {
        type: 'Normal',
        reason: 'Created',
        message:
          'Created instance 1. Wrote Secret "crm-connection". Instance 1 is authorized and up to date.',
      },
    ]);
  });

  it('are one Warning with the reason of Ready, which repeats no action of the same reason', () => {
    const actions = [
      { reason: 'LegacyConnector' as const, message: 'infusionsoftcrm ends.' },
      { reason: 'SecretInvalid' as const, message: 'Refused.' },
    ];
    expect(eventsOf(actions, [], failed('SecretInvalid'))).toEqual([
      { type: 'Warning', reason: 'SecretInvalid', message: 'Ready is False. infusionsoftcrm ends.' },
    ]);
  });

  it('report a condition that changed beside Ready', () => {
    const after = [...ready, condition('Authorized', 'False', 'AuthorizationRevoked')];
    expect(reasonsOf(ready, after)).toEqual(['AuthorizationRevoked']);
  });

  it('are at most one of each type, with the message of every action', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...REASON_NAMES).map((name) => ({ reason: name, message: `did ${name}.` }))),
        fc.array(
          fc.constantFrom(...REASON_NAMES).map((name) => condition('Ready', 'False', name)),
          { maxLength: 1 },
        ),
        (actions, after) => {
          const events = eventsOf(actions, [], after);
          const types = events.map(({ type }) => type);
          expect(new Set(types).size).toBe(types.length);
          expect(events.every(({ type, reason: name }) => reason(name).event === type)).toBe(true);
          const text = events.map(({ message }) => message).join(' ');
          const ofReady = after.map((condition_) => condition_.reason);
          for (const action of actions) {
            const isShown = reason(action.reason).event !== 'none' && !ofReady.includes(action.reason);
            expect(!isShown || text.includes(action.message)).toBe(true);
          }
        },
      ),
    );
  });

  it('report a condition whose status alone changed', () => {
    const before = [condition('Authorized', 'False', 'AuthorizationFailed')];
    const after = [condition('Authorized', 'Unknown', 'AuthorizationFailed')];
    expect(reasonsOf(before, after)).toEqual(['AuthorizationFailed']);
  });

  it('report no reason that this version does not declare', () => {
    const after = [{ ...condition('Ready', 'False', 'RemoteError'), reason: 'FromTheFuture' }];
    expect(reasonsOf([], after)).toEqual([]);
  });
});

describe('a recovery', () => {
  it.each<Reason>(['RemoteError', 'Throttled', 'InvalidSpec', 'AccountUnauthorized'])(
    'is reported after %s',
    (name) => {
      expect(eventsOf([], failed(name), ready)).toEqual([
        {
          type: 'Normal',
          reason: 'Recovered',
          message: `Recovered from ${name}. Instance 1 is authorized and up to date.`,
        },
      ]);
    },
  );

  it.each<Reason>(['Progressing', 'AuthorizationRequired', 'DriftDetected', 'SearchingInstance'])(
    'is not reported after %s, which is no failure',
    (name) => {
      expect(reasonsOf(failed(name), ready)).toEqual(['Succeeded']);
    },
  );

  it('is not reported of a new resource', () => {
    expect(reasonsOf([], ready)).toEqual(['Succeeded']);
  });

  it('is not reported of one that stays Ready', () => {
    expect(reasonsOf(ready, [condition('Ready', 'True', 'Disabled')])).toEqual(['Disabled']);
  });

  it('is one of Ready, whatever other conditions come before it', () => {
    const others = (status: Condition['status']): Condition[] => [condition('Synced', status, 'RemoteError')];
    expect(
      eventsOf([], [...others('False'), ...failed('RemoteError')], [...others('True'), ...ready]),
    ).toMatchObject([
      { reason: 'Recovered', message: expect.stringContaining('Recovered from RemoteError.') },
      { type: 'Warning', reason: 'RemoteError' },
    ]);
    expect(reasonsOf([...others('True'), ...failed('RemoteError')], [...others('True'), ...ready])).toEqual([
      'Recovered',
    ]);
  });
});
