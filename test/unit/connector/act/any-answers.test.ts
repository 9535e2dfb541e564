import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { connectors, instances, remoteErrors } from '../../../support/builders/arbitraries.ts';
import { STORED } from '../../../support/builders/input.ts';
import { bench } from '../../../support/builders/ports.ts';
import { assertNothingLeaks, reconcileOnce } from '../../../support/builders/reconcile.ts';
import type { Answers } from '../../../support/builders/remote.ts';

/** What a reconcile gives up with when it goes in a circle. */
const CIRCLE = /^no result after \d+ actions$/;

/** Answers that come in any order, as errors or with any instance, whatever is asked. */
function arbitraryAnswers(
  replies: readonly (RemoteError | Instance)[],
  pings: readonly ('answered' | 'unsupported')[],
): Answers {
  let turn = 0;
  const next = (): Instance => {
    const reply = replies[turn++ % replies.length];
    if (reply === undefined || reply instanceof RemoteError) {
      throw reply ?? new RemoteError('unavailable', 'Nothing is there.');
    }
    return reply;
  };
  const about = (id: number): Instance => ({ ...next(), id });
  return {
    organization: () => {
      next();
      return { id: '5211', name: 'Acme' };
    },
    createInstance: next,
    readInstance: about,
    listInstancesByTag: () => [next()],
    patchInstance: about,
    reauthorizeInstance: about,
    setInstanceEnabled: () => void next(),
    deleteInstance: () => void next(),
    pingInstance: () => {
      next();
      return pings[turn % pings.length];
    },
  };
}

describe('against a remote side that answers anything', () => {
  const benches = fc
    .record({
      connector: connectors,
      replies: fc.array(fc.oneof(remoteErrors, instances), { minLength: 1, maxLength: 6 }),
      pings: fc.array(fc.constantFrom('answered' as const, 'unsupported' as const), { minLength: 1 }),
      listed: fc.uniqueArray(instances, { maxLength: 3, selector: ({ id }) => id }),
    })
    .map(({ replies, pings, ...change }) =>
      bench({ ...change, secrets: STORED, answers: arbitraryAnswers(replies, pings) }),
    );

  test('a reconcile ends, with a result or with an error that the queue backs off from', async () => {
    await fc.assert(
      fc.asyncProperty(benches, async (it) => {
        await reconcileOnce(it).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Error);
          expect(String((error as Error).message)).toMatch(CIRCLE);
        });
        assertNothingLeaks(it);
      }),
      { numRuns: 300 },
    );
  });

  test('an instance of a resource that was never held is not changed', async () => {
    await fc.assert(
      fc.asyncProperty(benches, async (it) => {
        const isHeld = it.stored().metadata.finalizers !== undefined;
        await reconcileOnce(it).catch(() => undefined);
        const holds = it.writes.findIndex(([what]) => what === 'metadata');
        const changes = it.calls.some(([name]) => /create|patch|reauthorize|delete|setInstance/.test(name));
        expect(changes && !isHeld && holds === -1).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
