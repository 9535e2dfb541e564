import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../../src/connector/input.ts';
import {
  createdBy,
  isAccepted,
  isOutcomeOf,
  isSettled,
  lateUntil,
  learnedRecord,
  mayBeOf,
  searchedAt,
  sendability,
  sentAt,
  wasCreatedBySend,
} from '../../../../src/connector/observe/record-outcome.ts';
import type { SentCredential, WriteAheadRecord } from '../../../../src/ownership/write-ahead-record.ts';
import { attempt, connector, HELD, readyStatus } from '../../../support/builders/connector.ts';
import { ID, type InputChange, input, SETTINGS } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { at, HOUR, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';

const SKEW = 5 * MINUTE;
const { createDeadlineMs, lateCommitWindowMs, codeLifetimeMs } = SETTINGS;

/** An input with this record, and the record. */
function recorded(change: Parameters<typeof attempt>[0] = {}, more: InputChange = {}) {
  const subject = input({
    connector: connector({ metadata: HELD, annotations: { attempt: attempt(change) } }),
    ...more,
  });
  const { record } = subject;
  if (record === undefined) {
    throw new Error('the record of the test is none');
  }
  return { subject, record };
}

const spent = (ms: number, created: SentCredential['created']): SentCredential => ({
  digest: `sent at ${ms}`,
  at: at(ms),
  kind: 'code',
  created,
});
const digestOfRecord = recorded().record.digest;

describe('the times of a record', () => {
  it('in the future count as the moment at which that was noticed', () => {
    const { subject } = recorded({}, { memory: { clockSetBackAt: NOW - MINUTE } });
    expect([sentAt(subject, at(-SECOND)), sentAt(subject, at(0)), sentAt(subject, at(1))]).toEqual([
      NOW - SECOND,
      NOW,
      NOW - MINUTE,
    ]);
    expect(sentAt(recorded().subject, at(HOUR))).toBe(NOW);
  });

  it('of a search in the future, or of none, are before every send', () => {
    const searched = (time: number | null) => searchedAt(input({ searchedAt: time }));
    expect([searched(NOW - 1), searched(NOW), searched(NOW + 1), searched(null)]).toEqual([
      NOW - 1,
      NOW,
      0,
      0,
    ]);
  });
});

describe('the outcome of a record', () => {
  const outcomes = ({ subject, record }: ReturnType<typeof recorded>) => [
    isAccepted(subject, record),
    isSettled(subject, record),
    createdBy(subject, record),
  ];
  const refused = (created: 'no' | 'unknown', digest = digestOfRecord): Partial<Memory> => ({
    refused: { digest, message: 'x', created },
  });
  const keyed = (authorizedAt: string | undefined) =>
    recorded(
      { operation: undefined, at: at(500) },
      {
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ operation: undefined, at: at(500) }) },
          status: readyStatus(ID, { authorization: { ...(authorizedAt !== undefined && { authorizedAt }) } }),
        }),
      },
    );

  it.each([
    ['unknown', recorded(), [false, false, 'unknown']],
    ['accepted in this reconcile', recorded({}, { log: { authorized: true } }), [true, true, 'one']],
    ['accepted by this process', recorded({}, { memory: { accepted: digestOfRecord } }), [true, true, 'one']],
    [
      'unknown after another was accepted',
      recorded({}, { memory: { accepted: 'x' } }),
      [false, false, 'unknown'],
    ],
    ['refused', recorded({}, { memory: refused('no') }), [false, true, 'no']],
    [
      'refused after it was processed',
      recorded({}, { memory: refused('unknown') }),
      [false, true, 'unknown'],
    ],
    [
      'unknown after another was refused',
      recorded({}, { memory: refused('no', 'x') }),
      [false, false, 'unknown'],
    ],
    ['that nothing was processed', recorded({ unprocessed: { notBefore: at(0) } }), [false, true, 'no']],
    ['that nothing was found', recorded({ absentAt: at(0) }), [false, true, 'unknown']],
    ['that no instance is created', recorded({ operation: 'reauthorize' }), [false, true, 'no']],
    ['accepted in the second of the record', keyed(second(0)), [true, true, 'one']],
    ['unknown where the second before is in status', keyed(second(-SECOND)), [false, false, 'unknown']],
    ['unknown where no time is in status', keyed(undefined), [false, false, 'unknown']],
  ])('is %s', (_title, it_, expected) => {
    expect(outcomes(it_)).toEqual(expected);
  });

  it('is known by this process before the annotation has it', () => {
    const unprocessed = { digest: digestOfRecord, notBefore: at(MINUTE), sends: 0 };
    const learned = (memory: Partial<Memory>) => learnedRecord(recorded({}, { memory }).subject);
    expect(learned({ unprocessed })).toMatchObject({ unprocessed: { notBefore: at(MINUTE) }, sends: 0 });
    expect(learned({ unprocessed: { ...unprocessed, digest: 'x' } })).toMatchObject({ sends: 1 });
    expect(learnedRecord(input({ memory: { unprocessed } }))).toBeUndefined();
  });
});

describe('a late instance', () => {
  it('may come until the window of the latest open send ends', () => {
    expect(lateUntil(recorded({ at: at(-MINUTE) }).subject)).toBe(NOW - MINUTE + lateCommitWindowMs);
    expect(lateUntil(recorded({ at: at(-lateCommitWindowMs) }).subject)).toBeUndefined();
    expect(lateUntil(recorded({ at: at(1 - lateCommitWindowMs) }).subject)).toBe(NOW + 1);
    expect(lateUntil(recorded({ operation: 'reauthorize' }).subject)).toBeUndefined();
    expect(lateUntil(input())).toBeUndefined();
    const earlier = recorded({
      operation: 'reauthorize',
      spent: [spent(-2 * MINUTE, 'unknown'), spent(-3 * MINUTE, 'unknown'), spent(-MINUTE, 'one')],
    });
    expect(lateUntil(earlier.subject)).toBe(NOW - 2 * MINUTE + lateCommitWindowMs);
  });
});

describe('an instance that is not in use', () => {
  const created = (ms: number, id = 9) => instance(id, { createdAt: at(ms) });
  const bySend = (
    change: Parameters<typeof attempt>[0],
    one: ReturnType<typeof instance>,
    inUse = [] as const,
  ) => wasCreatedBySend(recorded(change).subject, one, inUse);

  it.each([
    ['before the skew of the clocks', -SKEW - 1, false],
    ['within the skew of the clocks', -SKEW, true],
    ['at the end of the window', lateCommitWindowMs, true],
    ['after the window', lateCommitWindowMs + 1, false],
  ])('was created by an open send %s: %#', (_title, ms, expected) => {
    const sent = -2 * HOUR;
    expect(bySend({ at: at(sent) }, created(sent + ms))).toBe(expected);
  });

  it('was created by a send with a known instance within the deadline of the call alone', () => {
    const sent = -2 * HOUR;
    const end = sent + createDeadlineMs + SKEW;
    const change = { operation: 'reauthorize', spent: [spent(sent, 'one')] } as const;
    expect([bySend(change, created(end)), bySend(change, created(end + 1))]).toEqual([true, false]);
  });

  it('was created by no send that created nothing, and by none without a record or a time', () => {
    expect(bySend({ operation: 'reauthorize', spent: [spent(-HOUR, 'no')] }, created(-HOUR))).toBe(false);
    expect(wasCreatedBySend(input(), created(-HOUR), [])).toBe(false);
    expect(bySend({}, instance(9, { createdAt: undefined }))).toBe(false);
  });

  it('was not created by the send that explains the instance in use', () => {
    const sends = {
      operation: 'reauthorize',
      spent: [spent(-HOUR, 'one'), spent(-HOUR - 2 * MINUTE, 'one')],
    } as const;
    const { subject } = recorded(sends);
    const inUse = [created(-HOUR - 2 * MINUTE, ID)];
    expect(wasCreatedBySend(subject, created(-HOUR), inUse)).toBe(true);
    const both = [...inUse, created(-HOUR, 8)];
    expect(wasCreatedBySend(subject, created(-HOUR), both)).toBe(false);
    const one = recorded({ operation: 'reauthorize', spent: [spent(-HOUR, 'one')] }).subject;
    expect(wasCreatedBySend(one, created(-HOUR), [created(-HOUR, ID)])).toBe(false);
    expect(wasCreatedBySend(one, created(-HOUR), [instance(ID, { createdAt: undefined })])).toBe(true);
  });

  it('is explained by no send whose outcome is unknown', () => {
    const { subject } = recorded({ at: at(-HOUR) });
    expect(wasCreatedBySend(subject, created(-HOUR), [created(-HOUR, ID)])).toBe(true);
  });

  it.each<[string, Partial<WriteAheadRecord>, string | undefined, boolean]>([
    ['created long before', {}, at(-HOUR - SKEW - 1), false],
    ['created within the skew of the clocks', {}, at(-HOUR - SKEW), true],
    ['created afterwards', {}, at(0), true],
    ['without a time', {}, undefined, true],
    ['of a new grant', { operation: 'reauthorize' }, at(-5 * HOUR), true],
  ])('may be what a credential created: %s', (_title, change, createdAt, expected) => {
    const { record } = recorded({ at: at(-HOUR), ...change });
    expect(mayBeOf(record, instance(9, { createdAt }))).toBe(expected);
  });
});

describe('the instance of the latest credential', () => {
  const earlier = (created: SentCredential['created']) => [spent(-HOUR - 2 * MINUTE, created)];

  it.each<[string, Partial<WriteAheadRecord>, number, boolean]>([
    ['was created right after the send', {}, -HOUR + SECOND, true],
    ['was created long after the send', {}, -HOUR + lateCommitWindowMs, true],
    ['was not created before the send', {}, -HOUR - SKEW - 1, false],
    ['is not nearer to an earlier send', { spent: earlier('unknown') }, -HOUR - 2 * MINUTE, false],
    ['may be nearer to one that created nothing', { spent: earlier('no') }, -HOUR - 2 * MINUTE, true],
    ['is as near to an earlier send', { spent: [spent(-HOUR, 'unknown')] }, -HOUR, true],
    [
      'is the one that it authorized again',
      { operation: 'reauthorize', spent: earlier('one') },
      -HOUR - 2 * MINUTE,
      true,
    ],
  ])('%s', (_title, change, createdAt, expected) => {
    const { subject, record } = recorded({ at: at(-HOUR), ...change });
    expect(isOutcomeOf(subject, record, instance(9, { createdAt: at(createdAt) }))).toBe(expected);
  });

  it('is not the one in status of which an earlier credential is the grant', () => {
    const sent = { at: at(-HOUR), spent: [spent(-2 * HOUR, 'one')] };
    const explained = (grant: string, id: number): boolean => {
      const status = readyStatus(ID, { authorization: { grant } });
      const annotations = { attempt: attempt(sent) };
      const { subject, record } = recorded(sent, {
        connector: connector({ metadata: HELD, annotations, status }),
      });
      return !isOutcomeOf(subject, record, instance(id, { createdAt: at(-HOUR) }));
    };
    const [grant = ''] = sent.spent.map(({ digest }) => digest);
    expect([explained(grant, ID), explained(grant, 9), explained('another', ID)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a credential that was sent', () => {
  const MATCH = { isCurrent: true, wasSent: true, isUnreadable: false };
  const unprocessed = { notBefore: at(-MINUTE) };

  it.each([
    ['again when nothing was processed', { unprocessed, firstAt: at(-MINUTE) }, 'again'],
    [
      'not again where it is not the current one',
      { unprocessed, firstAt: at(-MINUTE), isOther: true },
      'spent',
    ],
    ['not again without a proof', { firstAt: at(-MINUTE) }, 'spent'],
    ['not again when the code is too old', { unprocessed, firstAt: at(-codeLifetimeMs) }, 'spent'],
    ['again just before that', { unprocessed, firstAt: at(1 - codeLifetimeMs) }, 'again'],
    [
      'again as a refresh token, however old',
      { kind: 'refresh-token' as const, unprocessed, firstAt: at(-codeLifetimeMs) },
      'again',
    ],
    ['not again after three sends', { unprocessed, firstAt: at(-MINUTE), sends: 3 }, 'spent'],
  ])(
    'is sent %s',
    (_title, { isOther = false, ...change }: { isOther?: boolean } & Partial<WriteAheadRecord>, kind) => {
      const { subject } = recorded(change);
      expect(sendability(subject, { ...MATCH, isCurrent: !isOther }).kind).toBe(kind);
    },
  );
});
