import { fingerprint } from 'open-connectors-simulator/fingerprint.ts';
import { createLedger, type Ledger } from 'open-connectors-simulator/ledger.ts';
import { describe, expect, it } from 'vitest';
import { findLostCodes, findSentTwice } from '../../soak/checks/codes.ts';
import type { DisregardedCode } from '../../soak/storm/person.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function send(ledger: Ledger, code: string, answer: { status?: number; committed?: boolean }): void {
  const entry = ledger.open({
    area: 'api',
    method: 'POST',
    path: '/instances',
    operation: 'createInstance',
    query: new URLSearchParams(),
    secrets: {},
    code,
    refreshToken: undefined,
  });
  entry.status = answer.status;
  entry.committed = answer.committed ?? false;
}

const newLedger = () => createLedger(new VirtualClock(), () => []);

describe('codes sent twice', () => {
  it('accepts one sending, and a second one after a 429', () => {
    const ledger = newLedger();
    send(ledger, 'one', {});
    send(ledger, 'other', { status: 429 });
    send(ledger, 'other', { status: 200, committed: true });
    expect(findSentTwice(ledger, [])).toEqual([]);
  });

  it.each([
    ['no answer', {}],
    ['502', { status: 502 }],
    ['a 429 laid over a commit', { status: 429, committed: true }],
    ['a refusal', { status: 400 }],
  ])('reports a second sending after %s', (_title, answer) => {
    const ledger = newLedger();
    send(ledger, 'one', answer);
    send(ledger, 'one', { status: 400 });
    const [found, ...others] = findSentTwice(ledger, []);
    expect(others).toEqual([]);
    expect(found?.text).toContain(fingerprint('one'));
  });
});

describe('lost codes', () => {
  const disregarded = (code: string, recordedAt: number | undefined): DisregardedCode => ({
    subject: 'a/b',
    code: { fingerprint: fingerprint(code), clientId: 'client', storedAt: 0 },
    recordedAt,
  });

  it('does not report a code that arrived later', () => {
    const ledger = newLedger();
    send(ledger, 'late', { status: 200 });
    const lost = findLostCodes(ledger, [disregarded('late', 1_000)], []);
    expect(lost).toEqual({ unexplained: [], explained: [], unread: [] });
  });

  it('separates sends that a crash explains, sends that it does not, and sends without a record', () => {
    const codes = [disregarded('near', 1_000), disregarded('far', 5_000), disregarded('unread', undefined)];
    const deaths = [
      { at: 1_300, killed: true },
      { at: 6_000, killed: true },
      { at: 4_000, killed: false },
    ];
    const lost = findLostCodes(newLedger(), codes, deaths);
    expect(lost.explained.map(({ text }) => text)).toEqual([expect.stringContaining(fingerprint('near'))]);
    expect(lost.unexplained.map(({ text }) => text)).toEqual([expect.stringContaining(fingerprint('far'))]);
    const lostLease = findLostCodes(newLedger(), codes, [{ at: 7_000, killed: false }]);
    expect(lostLease.explained.map(({ text }) => text)).toEqual([
      expect.stringContaining(fingerprint('far')),
    ]);
    expect(lost.unread.map(({ text }) => text)).toEqual([expect.stringContaining(fingerprint('unread'))]);
  });
});
