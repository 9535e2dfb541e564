import { createLedger, type Ledger } from 'open-connectors-simulator/ledger.ts';
import { VirtualClock } from 'test-kit/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { firstCall } from '../../../bench/scenarios/waits.ts';
import type { Subject } from '../../../bench/subjects/subject.ts';

/** A program that has ended already. */
function endedProgram(code: number): Subject {
  const nothing = async (): Promise<void> => undefined;
  return {
    usage: () => {
      throw new Error('an ended program uses nothing');
    },
    ended: Promise.resolve(code),
    lastOutput: () => 'its last words',
    stop: nothing,
    kill: nothing,
  };
}

function ledgerWith(operations: readonly string[]): Ledger {
  const ledger = createLedger(new VirtualClock(1_000), () => []);
  for (const operation of operations) {
    ledger.open({
      area: 'api',
      method: 'POST',
      path: '/instances',
      operation,
      query: new URLSearchParams(),
      secrets: {},
      code: undefined,
      refreshToken: undefined,
    });
  }
  return ledger;
}

describe('firstCall', () => {
  const isCreate = ({ operation }: { readonly operation: string }): boolean => operation === 'createInstance';
  const first = (ledger: Ledger, code: number) =>
    firstCall({ simulator: { ledger } }, endedProgram(code), 0, isCreate);

  it('finds the call of a program that ended before it was looked for', async () => {
    const entry = await first(ledgerWith(['listInstances', 'createInstance']), 0);
    expect(entry).toMatchObject({ operation: 'createInstance', at: 1_000 });
  });

  it('reports a program that ended without it', async () => {
    await expect(first(ledgerWith(['listInstances']), 1)).rejects.toThrow(
      'The program ended with 1:\nits last words',
    );
  });
});
