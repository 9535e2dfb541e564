import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { DefaultAccount } from '../../../src/account/default-account.ts';
import { type AccountBench, accountBench } from '../../support/builders/account-bench.ts';
import { remoteError } from '../../support/builders/input.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { VALUES } from '../../support/builders/secrets.ts';
import { MINUTE, SECOND } from '../../support/builders/time.ts';

let bench: AccountBench;
let subject: DefaultAccount;
let ending: AbortController;
let reconciles: number;

beforeEach(() => {
  bench = accountBench(workingRemote(new Map()));
  ending = new AbortController();
  reconciles = 0;
  subject = new DefaultAccount({
    baseUrl: 'https://api.openconnectors.us2.ext.hana.ondemand.com',
    readMounted: (name) => VALUES[name],
    ports: bench.ports,
    clock: bench.clock,
    onReconcile: () => {
      reconciles += 1;
    },
    onError: () => undefined,
  });
});

describe('the default account', () => {
  it('has one reconcile at a time and one timer, however often it is looked at', async () => {
    subject.look(ending.signal);
    subject.look(ending.signal);
    await bench.clock.advance(0);
    expect(reconciles).toBe(1);
    subject.look(ending.signal);
    await bench.clock.advance(0);
    expect([reconciles, bench.clock.pending]).toEqual([2, 1]);
    expect(getEventListeners(ending.signal, 'abort')).toHaveLength(1);
  });

  it('leaves no timer when the leadership ends between two reconciles', async () => {
    subject.look(ending.signal);
    await bench.clock.advance(0);
    ending.abort();
    expect(bench.clock.pending).toBe(0);
  });

  it('leaves no timer when the leadership ends during a reconcile', async () => {
    bench.answers = {
      organization: () => {
        ending.abort();
        throw remoteError('unavailable');
      },
    };
    subject.look(ending.signal);
    await bench.clock.advance(0);
    expect(bench.clock.pending).toBe(0);
  });

  it('is looked at again in the next term', async () => {
    subject.look(ending.signal);
    await bench.clock.advance(0);
    ending.abort();
    const next = new AbortController();
    subject.look(next.signal);
    await bench.clock.advance(MINUTE);
    expect(reconciles).toBe(3);
    next.abort();
    expect(bench.clock.pending).toBe(0);
  });

  it('is tried again before a minute has passed where a failure is due earlier', async () => {
    bench.answers = {
      organization: () => {
        throw remoteError('unavailable');
      },
    };
    subject.look(ending.signal);
    await bench.clock.advance(30 * SECOND);
    expect(bench.calls.length).toBeGreaterThan(2);
    ending.abort();
  });
});
